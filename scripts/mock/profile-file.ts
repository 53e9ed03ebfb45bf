/** Profiles of mock models from a YAML or JSON file: one, or a list under `models`. */
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { HarnessError, nearest } from '../../harness/errors.ts'
import { ProfileSchema, type Profile } from './profile.ts'

const FileSchema = z.strictObject({ models: z.array(ProfileSchema).min(1) })

/** Throws HarnessError `usage` that names the file and the field. */
export async function readProfiles(file: string): Promise<Profile[]> {
  const content = await readYaml(file)
  const many = typeof content === 'object' && content !== null && 'models' in content
  const parsed = many ? FileSchema.safeParse(content) : ProfileSchema.safeParse(content)
  if (!parsed.success) throw new HarnessError('usage', `${file}: ${describe(parsed.error.issues[0]!)}`, { hint: 'docs/mock.md lists the fields of a profile' })
  return 'models' in parsed.data ? parsed.data.models : [parsed.data]
}

// --- internal ---

async function readYaml(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new HarnessError('usage', `profile ${file} ${missing ? 'does not exist' : 'cannot be read'}`, { cause: error })
  }
  try {
    return parse(text)
  } catch (error) {
    throw new HarnessError('usage', `${file} is neither YAML nor JSON: ${(error as Error).message.split('\n')[0]}`, { cause: error })
  }
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const close = nearest(key, Object.keys(ProfileSchema.shape))
    return `unknown field ${key}${close ? `; did you mean ${close}?` : ''}`
  }
  return `${issue.path.join('.') || 'the file'}: ${issue.message}`
}
