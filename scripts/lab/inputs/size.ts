const units: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** Reads a size as people write it: `1MiB`, `200KiB`, `2GiB`. */
export function parseSize(text: string): number {
  const [, number, unit = 'B'] = /^(\d+)\s*(B|KiB|MiB|GiB)?$/.exec(text) ?? []
  if (number !== undefined) return Number(number) * (units[unit] ?? 1)
  throw new Error(`expected a size such as 1MiB or 200KiB, got ${JSON.stringify(text)}`)
}
