import type { XMLParser } from 'fast-xml-parser'

/** An element: its text, or its children by name. Text is never converted to numbers or booleans: `007` and `true` are valid names. */
export type Node = string | { readonly [child: string]: Node | readonly Node[] }

export type Xml = {
  /** The children of the document's root if the text is whole, well-formed XML with that root; undefined otherwise. */
  read(text: string, root: string): Node | undefined
  write(root: string, children: object): string
}

/** The repeatable elements in S3's documents. */
const LISTS = new Set(['Rule', 'Tag', 'ExcludedPrefixes', 'Version', 'DeleteMarker'])

/** Loads the parser, which takes 20 ms: only requests to MinIO need it. */
export async function loadXml(): Promise<Xml> {
  const { XMLBuilder, XMLParser, XMLValidator } = await import('fast-xml-parser')
  const parser: XMLParser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    parseTagValue: false,
    // A prefix may begin with a space.
    trimValues: false,
    removeNSPrefix: true,
    // Go encodes `"` as &#34;.
    htmlEntities: true,
    isArray: (name) => LISTS.has(name),
  })
  const builder = new XMLBuilder({ suppressEmptyNode: false })
  return {
    // The parser itself accepts truncated documents.
    read: (text, root) => (XMLValidator.validate(text) === true ? (parser.parse(text) as { [name: string]: Node })[root] : undefined),
    write: (root, children) => builder.build({ [root]: children }) as string,
  }
}

/** The first child of that name. */
export function child(node: Node | undefined, name: string): Node | undefined {
  const value = node === undefined || typeof node === 'string' ? undefined : node[name]
  return Array.isArray(value) ? value[0] : (value as Node | undefined)
}

/** All children of that name. */
export function childrenOf(node: Node | undefined, name: string): readonly Node[] {
  const value = node === undefined || typeof node === 'string' ? undefined : node[name]
  return value === undefined ? [] : Array.isArray(value) ? value : [value as Node]
}

/** The text of the child of that name; `''` of an empty element. */
export function textOf(node: Node | undefined, name: string): string | undefined {
  const value = child(node, name)
  return typeof value === 'string' ? value : undefined
}

/** Names of the children, without the whitespace between them. */
export function namesOf(node: Node | undefined): string[] {
  return node === undefined || typeof node === 'string' ? [] : Object.keys(node).filter((name) => name !== '#text')
}
