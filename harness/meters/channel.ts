/** What a meter is about, for its series. */
import type { Meter } from '../types.ts'

/** What a series takes over from its meter. */
export function channelOf({
  kind,
  scope,
  device,
  model,
}: Pick<Meter, 'kind' | 'scope' | 'device' | 'model'>): Pick<Meter, 'kind' | 'scope' | 'device' | 'model'> {
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(scope === undefined ? {} : { scope }),
    ...(device === undefined ? {} : { device }),
    ...(model === undefined ? {} : { model }),
  }
}
