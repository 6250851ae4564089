const SUFFIXES: { readonly [suffix: string]: readonly [base: bigint, exponent: number] } = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
}
const NANO = 10n ** 9n

/** The canonical form of a Kubernetes quantity: `1000m` and `1` are both `1`, `1024Mi` is `1Gi`. Any other text is returned as it is. */
export function quantity(text: string): string {
  const nanos = parse(text)
  return nanos === undefined ? text : format(nanos)
}

function parse(text: string): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent, suffix = ''] = match ?? []
  if (match === null || whole + fraction === '') return undefined
  const [base, power] = exponent === undefined ? (SUFFIXES[suffix] as readonly [bigint, number]) : ([10n, Number(exponent)] as const)
  const digits = BigInt(whole + fraction) * NANO * (power > 0 ? base ** BigInt(power) : 1n)
  const divisor = 10n ** BigInt(fraction.length) * (power < 0 ? base ** BigInt(-power) : 1n)
  const nanos = digits / divisor
  return sign === '-' ? -nanos : nanos
}

/** In the largest unit that leaves a whole number; binary units first. */
function format(nanos: bigint): string {
  if (nanos === 0n) return '0'
  if (nanos % NANO !== 0n) {
    const unit = (['m', 'u', 'n'] as const).find((suffix) => nanos % size(suffix) === 0n) ?? 'n'
    return `${nanos / size(unit)}${unit}`
  }
  const whole = nanos / NANO
  const unit =
    ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki', 'E', 'P', 'T', 'G', 'M', 'k'].find((suffix) => whole % (size(suffix) / NANO) === 0n) ?? ''
  return `${whole / (size(unit) / NANO)}${unit}`
}

/** One unit in nanos. */
function size(suffix: string): bigint {
  const [base, power] = SUFFIXES[suffix] as readonly [bigint, number]
  return power < 0 ? NANO / base ** BigInt(-power) : NANO * base ** BigInt(power)
}
