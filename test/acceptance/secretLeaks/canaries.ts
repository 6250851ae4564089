/** Named secrets, and every encoding in which a program might leak one. */
export class Canaries {
  static of(secrets: Readonly<Record<string, string>>): Canaries {
    const canaries = new Canaries()
    for (const [name, secret] of Object.entries(secrets)) canaries.add(name, secret)
    return canaries
  }

  readonly #needles: { name: string; form: string; needle: string }[] = []

  /** Searches for this secret too. It has to be long enough not to occur by chance. */
  add(name: string, secret: string): void {
    if (secret.length < 12) throw new Error(`the canary ${name} is short enough to occur by chance`)
    for (const [form, needle] of Object.entries(forms(secret))) this.#needles.push({ name, form, needle })
  }

  get count(): number {
    return new Set(this.#needles.map(({ name }) => name)).size
  }

  /** Name and encoding of each secret in a text, never the secret itself. */
  in(text: string): string[] {
    return this.#needles.filter(({ needle }) => text.includes(needle)).map(({ name, form }) => `${name} (${form})`)
  }

  /** Throws when the text, which the message names, holds any of them. */
  expectNone(source: string, text: string): void {
    const matches = this.in(text)
    if (matches.length > 0) throw new Error(`${source} holds ${[...new Set(matches)].join(', ')}`)
  }
}

function forms(secret: string): Record<string, string> {
  const bytes = Buffer.from(secret, 'utf8')
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].map((shift) => [`base64, shifted by ${shift}`, stableBase64(bytes, shift)] as const)
  const url = base64.map(([form, text]) => [`${form}, url`, text.replaceAll('+', '-').replaceAll('/', '_')] as const)
  const json = JSON.stringify(secret).slice(1, -1)
  const every = {
    plain: secret,
    hex,
    HEX: hex.toUpperCase(),
    'url-encoded': encodeURIComponent(secret),
    json,
    ...Object.fromEntries([...base64, ...url]),
  }
  return Object.fromEntries(Object.entries(every).filter(([, text], i, entries) => entries.findIndex(([, other]) => other === text) === i))
}

/** The base64 characters that depend on these bytes only, after `shift` other bytes. */
function stableBase64(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
  const whole = Math.floor(((shift + bytes.length) * 8) / 6)
  return text.slice(Math.ceil((shift * 8) / 6), whole)
}
