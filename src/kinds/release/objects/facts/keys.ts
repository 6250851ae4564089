import { indexKey, numberDuplicates } from '../../../../values/factKeys.ts'
import { isMap } from '../../../../values/json.ts'

/** How the elements of a list are distinguished. `of` returns undefined for an element without a key; the key makes the `dropped` fields redundant. */
type Keying = { readonly of: (element: { readonly [key: string]: unknown }) => string | undefined; readonly dropped: readonly string[] }

const by = (field: string): Keying => ({ of: (element) => scalar(element[field]), dropped: [field] })

const byPort: Keying = {
  of: ({ containerPort, port, protocol }) => {
    const number = scalar(containerPort ?? port)
    return number === undefined ? undefined : `${number}/${scalar(protocol) ?? 'TCP'}`
  },
  dropped: ['containerPort', 'port', 'protocol'],
}

const byHost: Keying = { of: (element) => ('http' in element ? (scalar(element.host) ?? '*') : undefined), dropped: ['host'] }

const bySource: Keying = {
  of: ({ prefix, ...sources }) => {
    const [[source, ref] = []] = Object.entries(sources).filter(([, value]) => isMap(value))
    return isMap(ref) ? `${source}:${scalar(ref.name) ?? ''}${prefix === undefined ? '' : `:${scalar(prefix)}`}` : undefined
  },
  dropped: [],
}

const byOwner: Keying = { of: ({ kind, name }) => (kind === undefined ? undefined : `${kind}/${name}`), dropped: ['kind', 'name'] }

/** By the field that holds the list. Any other list is keyed by name if every element has one, else by index. */
const KEYINGS: { readonly [field: string]: Keying } = {
  ports: byPort,
  rules: byHost,
  envFrom: bySource,
  ownerReferences: byOwner,
  volumeMounts: by('mountPath'),
  volumeDevices: by('devicePath'),
  paths: by('path'),
  tls: by('secretName'),
  hostAliases: by('ip'),
}

/** Lists whose order has a meaning: a later element overrides earlier ones, or starts after them. */
export const ORDERED: ReadonlySet<string> = new Set(['initContainers', 'envFrom'])

type Keyed = { readonly keys: readonly string[]; readonly dropped: readonly string[] }

/** A key for each element of a list, the same for manifest and live object; by index if any element has no key. */
export function keysOf(field: string, list: readonly unknown[]): Keyed {
  if (field === 'finalizers') return { keys: numberDuplicates(list.map(String)), dropped: [] }
  const keying = KEYINGS[field] ?? by('name')
  const keys = list.map((element) => (isMap(element) ? keying.of(element) : undefined))
  if (keys.some((key) => key === undefined)) return { keys: list.map((_, index) => indexKey(index)), dropped: [] }
  return { keys: numberDuplicates(keys as string[]), dropped: keying.dropped }
}

function scalar(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
