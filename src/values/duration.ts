const UNITS = { h: 3600, m: 60, s: 1 } as const

/** Seconds of `20m`, `90s`, `1h30m`: whole numbers, units h, m, s in this order, each at most once. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text)
  if (text === '' || parts === null) return undefined
  const [, h = '0', m = '0', s = '0'] = parts
  return Number(h) * UNITS.h + Number(m) * UNITS.m + Number(s)
}

/** 5400 as `1h30m`: the shortest form that {@link parseDuration} accepts. */
export function showDuration(seconds: number): string {
  const h = Math.floor(seconds / UNITS.h)
  const m = Math.floor((seconds % UNITS.h) / UNITS.m)
  const s = seconds % UNITS.m
  return [h && `${h}h`, m && `${m}m`, (s || seconds === 0) && `${s}s`].filter(Boolean).join('')
}
