const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** A size in binary units, `1 GiB`; with the exact number of bytes where it is rounded: `1.4 GiB (1500000000 bytes)`. */
export function showSize(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const amount = bytes / 1024 ** power
  const text = `${Math.round(amount * 10) / 10} ${UNITS[power]}`
  return power === 0 || Number.isInteger(amount) ? text : `${text} (${bytes} bytes)`
}
