import { fromBase64 } from '../../values/base64.ts'
import { Sealed } from '../../values/sealed.ts'
import { listAt, mapAt, textAt, textsAt, type Unstructured } from '../../values/unstructured.ts'
import type { Guard, LiveContainer, LiveNamespace, LiveObject, LivePod, LiveSecret, ObjectKind } from '../ports/cluster.ts'
import { managedFieldsOf } from '../ports/managedFields.ts'

/** Reads a Namespace object. */
export function liveNamespace(raw: unknown): LiveNamespace {
  const metadata = mapAt(raw, 'metadata')
  const terminating = metadata.deletionTimestamp !== undefined
  const conditions = terminating ? listAt(raw, 'status', 'conditions') : []
  return {
    ...guardOf(raw),
    terminating,
    deletionBlockers: conditions.filter(isBlocking).map((condition) => textAt(condition, 'message')),
    labels: textsAt(metadata, 'labels'),
    managedFields: managedFieldsOf(metadata),
  }
}

/** A condition of a terminating namespace is true when it blocks the deletion. */
function isBlocking(condition: Unstructured): boolean {
  return condition.status === 'True' && textAt(condition, 'type').startsWith('Namespace')
}

/** Reads a Secret object; its values are sealed here and never leave the adapter in clear text. */
export function liveSecret(raw: unknown): LiveSecret {
  const metadata = mapAt(raw, 'metadata')
  const { finalizers } = metadata
  const data = Object.entries(mapAt(raw, 'data')).map(([key, value]) => [key, Sealed.of(fromBase64(String(value)))] as const)
  return {
    ...guardOf(raw),
    type: textAt(raw, 'type'),
    immutable: mapAt(raw).immutable === true,
    terminating: metadata.deletionTimestamp !== undefined,
    finalizers: Array.isArray(finalizers) ? finalizers.map(String) : [],
    data: new Map(data),
    annotations: Object.keys(mapAt(metadata, 'annotations')).sort(),
    managedFields: managedFieldsOf(metadata),
  }
}

/** The pod, unless it has finished or is terminating. */
export function livePod(raw: unknown): LivePod[] {
  const [metadata, status] = [mapAt(raw, 'metadata'), mapAt(raw, 'status')]
  if (metadata.deletionTimestamp !== undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return []
  const containerStatuses = [...listAt(status, 'initContainerStatuses'), ...listAt(status, 'containerStatuses')]
  const statuses = new Map(containerStatuses.map((status) => [textAt(status, 'name'), status]))
  const specs = [...listAt(raw, 'spec', 'initContainers'), ...listAt(raw, 'spec', 'containers')]
  const containers = specs.map((spec) => liveContainer(spec, statuses.get(textAt(spec, 'name'))))
  const deployment = deploymentOf(metadata)
  return [{ name: textAt(metadata, 'name'), created: textAt(metadata, 'creationTimestamp'), containers, ...(deployment && { deployment }) }]
}

function liveContainer(spec: Unstructured, status: Unstructured | undefined): LiveContainer {
  const [imageId, started] = [textAt(status, 'imageID'), textAt(status, 'state', 'running', 'startedAt')]
  return { image: textAt(spec, 'image'), ...(imageId && { imageId }), ...(started && { started }) }
}

/** A ReplicaSet is named after its Deployment and the hash of its template, which every pod of it has as a label. */
function deploymentOf(metadata: Unstructured): LivePod['deployment'] {
  const template = textAt(metadata, 'labels', 'pod-template-hash')
  const owner = listAt(metadata, 'ownerReferences').find(({ controller, kind }) => controller === true && kind === 'ReplicaSet')
  const name = textAt(owner, 'name')
  if (template === '' || !name.endsWith(`-${template}`)) return undefined
  return { name: name.slice(0, -template.length - 1), template }
}

/** An object of a list: the items of a list have no apiVersion and kind. */
export function liveObject(raw: unknown, { apiVersion, kind }: ObjectKind): LiveObject {
  const metadata = mapAt(raw, 'metadata')
  const names = { namespace: textAt(metadata, 'namespace'), name: textAt(metadata, 'name') }
  const managedFields = managedFieldsOf(metadata)
  return { ...guardOf(raw), apiVersion, kind, ...names, raw: { ...mapAt(raw), apiVersion, kind }, managedFields }
}

/** uid and resourceVersion of an object. */
export function guardOf(raw: unknown): Guard {
  return { uid: textAt(raw, 'metadata', 'uid'), resourceVersion: textAt(raw, 'metadata', 'resourceVersion') }
}
