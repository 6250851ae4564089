import { parseAllDocuments, type Tags } from 'yaml'
import { isMap } from '../../../values/json.ts'
import type { RawObject, ReleaseRecord } from '../../../world/ports/cluster.ts'

/** An object that a release means to be there. Helm applies what its templates render, and never again touches a hook or a CRD. */
export type ManifestObject = {
  /** `apps/Deployment/spacelift-server`, with the namespace before the name where it is not the release's own. */
  readonly key: string
  readonly origin: 'template' | 'hook' | 'crd'
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly raw: RawObject
  /** A hook that has not run for this revision may be there from an earlier one, or not; a Job may have gone by itself. */
  readonly isOptional: boolean
}

/** A release's name and namespace. */
export type ReleaseName = { readonly name: string; readonly namespace: string }

/** Reads YAML as Helm renders it, with the names of the files it comes from. */
export async function parseManifest(text: string, release: ReleaseName, origin: ManifestObject['origin']): Promise<ManifestObject[]> {
  const documents = parseAllDocuments(text, { version: '1.1', customTags: asHelmReads })
  let isOfCrds = false
  return [...documents].flatMap((document) => {
    const [, source] = /^ ?Source: (\S+)/m.exec(`${document.commentBefore ?? ''}\n${document.contents?.commentBefore ?? ''}`) ?? []
    // What follows in the same file has no such comment.
    if (source !== undefined) isOfCrds = /^[^/]+(\/charts\/[^/]+)*\/crds\//.test(source)
    return itemsOf(document.toJS()).map((raw) => manifestObject(raw, release, isOfCrds ? 'crd' : origin))
  })
}

/** All that the newest revision means to be there: its manifest, the hooks that live on, and the chart's CRDs. */
export async function objectsOfRecord(record: ReleaseRecord): Promise<ManifestObject[]> {
  const crds = record.crds.map((text) => parseManifest(text, record, 'crd'))
  const hooks = record.hooks.map(async ({ manifest: text, ran }) =>
    (await parseManifest(text, record, 'hook')).filter(persistsAfterHook).map((one) => ({ ...one, isOptional: !ran })),
  )
  const all = await Promise.all([parseManifest(record.manifest, record, 'template'), ...crds, ...hooks])
  return distinct(all.flat())
}

/** All that a rendered chart means to be there, with the hooks that helm runs then. */
export async function objectsOfRendered(manifest: string, release: ReleaseName, isUpgrade: boolean): Promise<ManifestObject[]> {
  const all = await parseManifest(manifest, release, 'template')
  const verb = isUpgrade ? 'upgrade' : 'install'
  return distinct(
    all.flatMap((one) => {
      if (hookEvents(one).length === 0) return [one]
      return persistsAfterHook(one)
        ? [
            {
              ...one,
              origin: 'hook' as const,
              isOptional: !hookEvents(one).some((event) => event === `pre-${verb}` || event === `post-${verb}`),
            },
          ]
        : []
    }),
  )
}

/** The key of an object in the facts. */
export function objectKey(
  { apiVersion, kind, namespace, name }: Omit<ManifestObject, 'key' | 'raw' | 'origin' | 'isOptional'>,
  own: string,
): string {
  const group = apiVersion.includes('/') ? [apiVersion.split('/')[0] as string] : []
  return [...group, kind, ...(namespace === own || namespace === '' ? [] : [namespace]), name].join('/')
}

function manifestObject(raw: RawObject, release: ReleaseName, origin: ManifestObject['origin']): ManifestObject {
  const metadata = isMap(raw.metadata) ? raw.metadata : {}
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : release.namespace
  const named = { apiVersion: String(raw.apiVersion), kind: String(raw.kind), namespace, name: String(metadata.name) }
  const isApplied = origin === 'template' && !isHook(metadata)
  return {
    ...named,
    key: objectKey(named, release.namespace),
    origin,
    raw: isApplied ? owned(raw, metadata, release) : raw,
    isOptional: hasTtl(raw),
  }
}

/** A Job may say that it is deleted once it has run. */
function hasTtl({ kind, spec }: RawObject): boolean {
  return kind === 'Job' && isMap(spec) && typeof spec.ttlSecondsAfterFinished === 'number'
}

/** By these Helm knows what it may touch; it writes them on all that it applies. */
function owned(raw: RawObject, metadata: { readonly [key: string]: unknown }, release: ReleaseName): RawObject {
  const labels = { ...(isMap(metadata.labels) ? metadata.labels : {}), [MANAGED_BY]: 'Helm' }
  const annotations = {
    ...(isMap(metadata.annotations) ? metadata.annotations : {}),
    [RELEASE_NAME]: release.name,
    [RELEASE_NAMESPACE]: release.namespace,
  }
  return { ...raw, metadata: { ...metadata, labels, annotations } }
}

export const MANAGED_BY = 'app.kubernetes.io/managed-by'
export const RELEASE_NAME = 'meta.helm.sh/release-name'
export const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace'

function isHook(metadata: { readonly [key: string]: unknown }): boolean {
  return isMap(metadata.annotations) && 'helm.sh/hook' in metadata.annotations
}

/** A List stands for what is in it. */
function itemsOf(value: unknown): RawObject[] {
  if (!isMap(value)) return []
  if (typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)) return value.items.flatMap(itemsOf)
  return typeof value.kind === 'string' && isMap(value.metadata) ? [value] : []
}

/** Jobs and Pods of hooks have run: nothing of them takes effect any more. Others stay, unless they are deleted after they ran. */
function persistsAfterHook(it: ManifestObject): boolean {
  return (
    it.kind !== 'Job' &&
    it.kind !== 'Pod' &&
    !listed(it, 'helm.sh/hook-delete-policy').some((policy) => /^hook-(succeeded|failed)$/.test(policy))
  )
}

function hookEvents(it: ManifestObject): string[] {
  return listed(it, 'helm.sh/hook')
}

function listed({ raw }: ManifestObject, annotation: string): string[] {
  const metadata = isMap(raw.metadata) && isMap(raw.metadata.annotations) ? raw.metadata.annotations : {}
  const text = metadata[annotation]
  return typeof text === 'string' ? text.split(',').map((part) => part.trim()) : []
}

/** Of two documents with one key the last is what stays. */
function distinct(objects: readonly ManifestObject[]): ManifestObject[] {
  return [...new Map(objects.map((one) => [one.key, one])).values()]
}

/** Helm reads YAML 1.1 (`0644` is octal, `yes` is true), but knows neither dates nor numbers to base sixty. */
function asHelmReads(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || (!('format' in tag && tag.format === 'TIME') && !/timestamp|omap|pairs|set$/.test(String(tag.tag))),
  )
}
