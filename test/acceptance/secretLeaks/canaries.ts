/** Secrets with names, and every form in which a program might let one slip. */
export class Canaries {
  readonly #needles: { name: string; form: string; needle: string }[] = []

  /** Watches for a secret from now on. It has to be long enough not to be found by chance. */
  add(name: string, secret: string): void {
    if (secret.length < 12) throw new Error(`the canary ${name} is too short to mean anything when it is found`)
    for (const [form, needle] of Object.entries(forms(secret))) this.#needles.push({ name, form, needle })
  }

  get count(): number {
    return new Set(this.#needles.map(({ name }) => name)).size
  }

  /** What is found in a text, by name and form; never the secret itself. */
  in(text: string): string[] {
    return this.#needles.filter(({ needle }) => text.includes(needle)).map(({ name, form }) => `${name} (${form})`)
  }

  /** Throws when anything is found. */
  expectNone(where: string, text: string): void {
    const found = this.in(text)
    if (found.length > 0) throw new Error(`${where} holds ${[...new Set(found)].join(', ')}`)
  }
}

function forms(secret: string): Record<string, string> {
  const bytes = Buffer.from(secret, 'utf8')
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].map((shift) => [`base64, shifted by ${shift}`, inner(bytes, shift)] as const)
  const url = base64.map(([form, text]) => [`${form}, url`, text.replaceAll('+', '-').replaceAll('/', '_')] as const)
  const json = JSON.stringify(secret).slice(1, -1)
  const all = {
    plain: secret,
    hex,
    HEX: hex.toUpperCase(),
    'url-encoded': encodeURIComponent(secret),
    json,
    ...Object.fromEntries([...base64, ...url]),
  }
  return Object.fromEntries(
    Object.entries(all).filter(([form, text], i, every) => every.findIndex(([, other]) => other === text) === i || form === 'plain'),
  )
}

/** The characters of base64 that these bytes alone decide when `shift` other bytes stand before them. */
function inner(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
  const whole = Math.floor(((shift + bytes.length) * 8) / 6)
  return text.slice(Math.ceil((shift * 8) / 6), whole)
}
