/** A header with forged fields and a correct checksum. */
export function header(name: string, { size = '0', type = '0', linkname = '' } = {}): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100)
  block.write('0000644\0', 100)
  block.write(`${size.padStart(11, '0')}\0`, 124, 'latin1')
  block.write('00000000000\0', 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(linkname, 157, 100)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

export const padded = (content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content)
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
export const octal = (size: number): string => size.toString(8)
export const paxOf = (fields: { [key: string]: string }): Buffer => {
  const text = Object.entries(fields).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    const length = rest.length + String(rest.length + 2).length
    return `${length}${rest}`
  })
  const body = text.join('')
  return Buffer.concat([header('PaxHeader', { size: octal(body.length), type: 'x' }), padded(body)])
}
