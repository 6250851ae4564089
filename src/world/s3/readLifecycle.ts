import { canonicalJson, type Json } from '../../values/json.ts'
import type { LifecycleRule } from '../ports/objectStore.ts'
import { child, childrenOf, type Node, namesOf, textOf, type Xml } from './xml.ts'

/** The known children of each element; anything else is kept as the rule's `other`, so that it is reported. */
const KNOWN: { readonly [element: string]: readonly string[] } = {
  Filter: ['And', 'Prefix', 'Tag', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan'],
  Expiration: ['Days', 'Date', 'ExpiredObjectDeleteMarker', 'ExpiredObjectAllVersions'],
  NoncurrentVersionExpiration: ['NoncurrentDays', 'NewerNoncurrentVersions', 'MaxNoncurrentVersions'],
  Transition: ['Days', 'Date', 'StorageClass'],
  NoncurrentVersionTransition: ['NoncurrentDays', 'StorageClass'],
  DelMarkerExpiration: ['Days'],
}
const KNOWN_OF_RULE = ['ID', 'Status', 'Prefix', ...Object.keys(KNOWN)]

class UnknownFormError extends Error {}

/** The rules of a lifecycle document; undefined when it has an unknown form. */
export function readLifecycle(text: string, xml: Xml): readonly LifecycleRule[] | undefined {
  const root = xml.read(text, 'LifecycleConfiguration')
  if (root === undefined) return undefined
  try {
    return childrenOf(root, 'Rule').map(readRule)
  } catch (error) {
    if (error instanceof UnknownFormError) return undefined
    throw error
  }
}

function readRule(rule: Node): LifecycleRule {
  const status = textOf(rule, 'Status')?.trim()
  if (status !== 'Enabled' && status !== 'Disabled') throw new UnknownFormError()
  const other = unknownElements(rule)
  return {
    id: textOf(rule, 'ID') ?? '',
    enabled: status === 'Enabled',
    filter: readFilter(rule),
    ...readExpirations(rule),
    ...readTransitions(rule),
    ...(Object.keys(other).length > 0 && { other }),
  }
}

/** "All objects" has four spellings: no Filter, an empty Filter, an empty Prefix in a Filter, an empty Prefix beside it. */
function readFilter(rule: Node): LifecycleRule['filter'] {
  const filter = child(rule, 'Filter')
  const inner = child(filter, 'And') ?? filter
  const tags = childrenOf(inner, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const)
  return {
    prefix: textOf(inner, 'Prefix') ?? textOf(rule, 'Prefix') ?? '',
    tags: Object.fromEntries(tags),
    ...number('sizeGreaterThan', textOf(inner, 'ObjectSizeGreaterThan')),
    ...number('sizeLessThan', textOf(inner, 'ObjectSizeLessThan')),
  }
}

function readExpirations(rule: Node): Pick<LifecycleRule, 'expiration' | 'noncurrentExpiration' | 'delMarkerExpiration'> {
  const expiration = child(rule, 'Expiration')
  const noncurrent = child(rule, 'NoncurrentVersionExpiration')
  const marker = child(rule, 'DelMarkerExpiration')
  return {
    ...(expiration !== undefined && {
      expiration: {
        ...number('days', textOf(expiration, 'Days')),
        ...date(textOf(expiration, 'Date')),
        ...flag('expiredObjectDeleteMarker', textOf(expiration, 'ExpiredObjectDeleteMarker')),
        ...flag('expiredObjectAllVersions', textOf(expiration, 'ExpiredObjectAllVersions')),
      },
    }),
    ...(noncurrent !== undefined && {
      noncurrentExpiration: {
        ...number('days', textOf(noncurrent, 'NoncurrentDays')),
        // MinIO accepts the second name and returns the first.
        ...number('newerVersions', textOf(noncurrent, 'NewerNoncurrentVersions') ?? textOf(noncurrent, 'MaxNoncurrentVersions')),
      },
    }),
    ...(marker !== undefined && { delMarkerExpiration: { days: count(textOf(marker, 'Days')) } }),
  }
}

function readTransitions(rule: Node): Pick<LifecycleRule, 'transition' | 'noncurrentTransition'> {
  const current = child(rule, 'Transition')
  const noncurrent = child(rule, 'NoncurrentVersionTransition')
  const storageClass = (transition: Node) => textOf(transition, 'StorageClass') ?? ''
  return {
    ...(current !== undefined && {
      transition: { ...number('days', textOf(current, 'Days')), ...date(textOf(current, 'Date')), storageClass: storageClass(current) },
    }),
    ...(noncurrent !== undefined && {
      noncurrentTransition: { ...number('days', textOf(noncurrent, 'NoncurrentDays')), storageClass: storageClass(noncurrent) },
    }),
  }
}

function unknownElements(rule: Node): { [element: string]: string } {
  const ofRule = unknownChildren(rule, KNOWN_OF_RULE, '')
  const ofElements = Object.entries(KNOWN).flatMap(([element, known]) => unknownChildren(child(rule, element), known, `${element}/`))
  const ofAnd = unknownChildren(child(child(rule, 'Filter'), 'And'), KNOWN.Filter ?? [], 'Filter/And/')
  return Object.fromEntries([...ofRule, ...ofElements, ...ofAnd])
}

function unknownChildren(node: Node | undefined, known: readonly string[], prefix: string): [string, string][] {
  const names = namesOf(node)
  // An element that must be unique and occurs twice: reading only one of them would be wrong.
  if (names.some((name) => name !== 'Tag' && childrenOf(node, name).length > 1)) throw new UnknownFormError()
  return names.filter((name) => !known.includes(name)).map((name) => [`${prefix}${name}`, canonicalJson((child(node, name) ?? '') as Json)])
}

function number<N extends string>(name: N, text: string | undefined): { [K in N]?: number } {
  return text === undefined ? {} : ({ [name]: count(text) } as { [K in N]?: number })
}

function count(text: string | undefined): number {
  if (text === undefined || !/^\s*\d{1,15}\s*$/.test(text)) throw new UnknownFormError()
  return Number(text)
}

/** Omitted means `false`. */
function flag<N extends string>(name: N, text: string | undefined): { [K in N]?: true } {
  return text?.trim() === 'true' ? ({ [name]: true } as { [K in N]?: true }) : {}
}

/** Normalizes a date to `2030-01-01T00:00:00Z`. */
function date(text: string | undefined): { date?: string } {
  if (text === undefined) return {}
  const parsed = new Date(text.trim())
  if (Number.isNaN(parsed.getTime())) throw new UnknownFormError()
  return { date: parsed.toISOString().replace('.000Z', 'Z') }
}
