/** 보고서 전체에서 쓰는 말. */
import type { Messages } from '../index.ts'
import { KOREAN_UNITS } from './units.ts'

export const BASICS: Messages['basics'] = {
  lang: 'ko',
  units: KOREAN_UNITS,
  range: (low, high) => `${low} ~ ${high}`,
  unknown: '알 수 없음',
  notMeasured: '측정하지 않음',
  unknownWhy: (why) => `알 수 없음: ${why}`,
  list: (parts) => parts.join(', '),
  or: ' 또는 ',
  more: (count) => `외 ${count}개`,
  points: (points) => `${points}%p`,
  origins: { measured: '', estimated: '추정', published: '공개 수치' },
  originNames: { measured: '측정', estimated: '추정', published: '공개 수치' },
  roles: { teacher: '교사', student: '학생', control: '대조' },
  decisions: { replace: '교체 가능', 'keep-teacher': '교사 유지', undecided: '판정 보류' },
  kinds: { cost: '비용', energy: '에너지', latency: '지연 시간' },
  rules: { 'answer-length': '답변 길이', agreement: '여러 답변의 일치도', 'log-probability': '답변의 로그 확률' },
  comparison: {
    times: (factor) => `${factor}배`,
    none: '전혀 없음',
    same: '같음',
    unclear: '뚜렷한 차이 없음',
    speed: [(amount) => `${amount} 빠름`, (amount) => `${amount} 느림`],
    time: [(amount) => `${amount} 느림`, (amount) => `${amount} 빠름`],
    cost: [(amount) => `${amount} 비쌈`, (amount) => `${amount} 저렴`],
    energy: [(amount) => `에너지 ${amount} 많음`, (amount) => `에너지 ${amount} 적음`],
    power: [(amount) => `전력 ${amount} 많음`, (amount) => `전력 ${amount} 적음`],
    size: [(amount) => `${amount} 큼`, (amount) => `${amount} 작음`],
    other: [(amount) => `${amount} 많음`, (amount) => `${amount} 적음`],
    range: (low, high, unit) => `${low}~${high}${unit === 'percent' ? '%' : '배'}`,
  },
}
