import type { XMLParser } from 'fast-xml-parser'

/** An element: its text, or its children by name. Text is never turned into numbers or booleans: `007` and `true` are names too. */
export type Node = string | { readonly [child: string]: Node | readonly Node[] }

export type Xml = {
  /** The children of the document's root if the text is whole, well-formed XML with that root; undefined otherwise. */
  read(text: string, root: string): Node | undefined
  write(root: string, children: object): string
}

/** Lists in S3's documents; all other elements stand alone. */
const LISTS = new Set(['Rule', 'Tag', 'ExcludedPrefixes', 'Version', 'DeleteMarker'])

/** Loads the parser: 20 ms, and only what talks to MinIO needs it. */
export async function loadXml(): Promise<Xml> {
  const { XMLBuilder, XMLParser, XMLValidator } = await import('fast-xml-parser')
  const parser: XMLParser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    parseTagValue: false,
    // A prefix may begin with a blank.
    trimValues: false,
    removeNSPrefix: true,
    // Go writes `"` as &#34;.
    htmlEntities: true,
    isArray: (name) => LISTS.has(name),
  })
  const builder = new XMLBuilder({ suppressEmptyNode: false })
  return {
    // The parser makes something of half a document as well.
    read: (text, root) => (XMLValidator.validate(text) === true ? (parser.parse(text) as { [name: string]: Node })[root] : undefined),
    write: (root, children) => builder.build({ [root]: children }) as string,
  }
}

/** The child of that name, if there is one. */
export function child(node: Node | undefined, name: string): Node | undefined {
  const found = node === undefined || typeof node === 'string' ? undefined : node[name]
  return Array.isArray(found) ? found[0] : (found as Node | undefined)
}

/** All children of that name. */
export function childrenOf(node: Node | undefined, name: string): readonly Node[] {
  const found = node === undefined || typeof node === 'string' ? undefined : node[name]
  return found === undefined ? [] : Array.isArray(found) ? found : [found as Node]
}

/** The text of the child of that name; `''` of an empty element. */
export function textOf(node: Node | undefined, name: string): string | undefined {
  const found = child(node, name)
  return typeof found === 'string' ? found : undefined
}

/** Names of the children; the blanks between them do not count. */
export function namesOf(node: Node | undefined): string[] {
  return node === undefined || typeof node === 'string' ? [] : Object.keys(node).filter((name) => name !== '#text')
}
