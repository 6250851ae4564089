import { fromBase64 } from '../../values/base64.ts'
import { isMap } from '../../values/json.ts'
import { newestReady } from '../../values/newestPods.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Guard, LiveContainer, LiveDeployment, LiveNamespace, LiveObject, LivePod, LiveSecret, ObjectKind } from '../ports/cluster.ts'
import type { ManagedFields } from '../ports/managedFields.ts'

type Raw = { readonly [key: string]: unknown }

/** Reads a Namespace object. */
export function liveNamespace(raw: unknown): LiveNamespace {
  const { object, metadata, guard } = parts(raw)
  const terminating = metadata.deletionTimestamp !== undefined
  const deletionBlockers = terminating
    ? list(map(object.status).conditions)
        .filter(isBlocking)
        .map((condition) => text(condition.message))
    : []
  return {
    ...guard,
    terminating,
    deletionBlockers,
    labels: strings(metadata.labels),
    managedFields: managedFields(metadata),
  }
}

/** A condition of a terminating namespace is true when it blocks the deletion. */
function isBlocking({ type, status }: Raw): boolean {
  return status === 'True' && text(type).startsWith('Namespace')
}

/** Reads a Secret object; its values are sealed here and never leave the adapter in clear text. */
export function liveSecret(raw: unknown): LiveSecret {
  const { object, metadata, guard } = parts(raw)
  const data = Object.entries(map(object.data)).map(([key, value]) => [key, Sealed.of(fromBase64(String(value)))] as const)
  return {
    ...guard,
    type: text(object.type),
    immutable: object.immutable === true,
    terminating: metadata.deletionTimestamp !== undefined,
    finalizers: Array.isArray(metadata.finalizers) ? metadata.finalizers.map(text) : [],
    data: new Map(data),
    annotations: Object.keys(map(metadata.annotations)).sort(),
    managedFields: managedFields(metadata),
  }
}

export function liveDeployment(raw: unknown): LiveDeployment {
  const { object, metadata } = parts(raw)
  const [spec, status] = [map(object.spec), map(object.status)]
  const template = map(map(spec.template).metadata)
  return {
    name: text(metadata.name),
    replicas: number(spec.replicas, 1),
    ready: newestReady({
      all: number(status.replicas, 0),
      updated: number(status.updatedReplicas, 0),
      ready: number(status.readyReplicas, 0),
    }),
    labels: strings(metadata.labels),
    podAnnotations: strings(template.annotations),
  }
}

/** The pod, unless it has finished or is terminating. */
export function livePod(raw: unknown): LivePod[] {
  const { object, metadata } = parts(raw)
  const status = map(object.status)
  if (metadata.deletionTimestamp !== undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return []
  const containerStatuses = [status.initContainerStatuses, status.containerStatuses].flatMap(list)
  const statuses = new Map(containerStatuses.map((status) => [text(status.name), status]))
  const spec = map(object.spec)
  const containers = [spec.initContainers, spec.containers].flatMap(list).map(({ name, image }): LiveContainer => {
    const containerStatus = map(statuses.get(text(name)))
    const [imageId, started] = [text(containerStatus.imageID), text(map(map(containerStatus.state).running).startedAt)]
    return { image: text(image), ...(imageId && { imageId }), ...(started && { started }) }
  })
  const deployment = deploymentOf(metadata)
  return [{ name: text(metadata.name), created: text(metadata.creationTimestamp), containers, ...(deployment && { deployment }) }]
}

/** A ReplicaSet is named after its Deployment and the hash of its template, which every pod of it has as a label. */
function deploymentOf(metadata: Raw): LivePod['deployment'] {
  const template = text(map(metadata.labels)['pod-template-hash'])
  const owner = list(metadata.ownerReferences).find(({ controller, kind }) => controller === true && kind === 'ReplicaSet')
  const name = text(owner?.name)
  if (template === '' || !name.endsWith(`-${template}`)) return undefined
  return { name: name.slice(0, -template.length - 1), template }
}

function list(value: unknown): Raw[] {
  return Array.isArray(value) ? value.map(map) : []
}

/** An object of a list: the items of a list have no apiVersion and kind. */
export function liveObject(raw: unknown, { apiVersion, kind }: ObjectKind): LiveObject {
  const { object, metadata, guard } = parts(raw)
  const names = { namespace: text(metadata.namespace), name: text(metadata.name) }
  return { ...guard, apiVersion, kind, ...names, raw: { ...object, apiVersion, kind }, managedFields: managedFields(metadata) }
}

/** uid and resourceVersion of the object that a write returned. */
export function guardOf(raw: unknown): Guard {
  return parts(raw).guard
}

/** The items of a list. */
export function items(raw: unknown): unknown[] {
  const { items: entries } = map(raw)
  return Array.isArray(entries) ? entries : []
}

export function parts(raw: unknown): { object: Raw; metadata: Raw; guard: Guard } {
  const object = map(raw)
  const metadata = map(object.metadata)
  return { object, metadata, guard: { uid: text(metadata.uid), resourceVersion: text(metadata.resourceVersion) } }
}

function managedFields(metadata: Raw): ManagedFields[] {
  const { managedFields: entries } = metadata
  return Array.isArray(entries) ? entries.filter((entry) => isMap(entry)).map(managedField) : []
}

function managedField(entry: Raw): ManagedFields {
  const { manager, operation, subresource, time, fieldsV1 } = entry
  return {
    manager: text(manager),
    operation: text(operation),
    ...(typeof subresource === 'string' && subresource !== '' && { subresource }),
    ...(typeof time === 'string' && { time }),
    fields: map(fieldsV1),
  }
}

export function map(value: unknown): Raw {
  return isMap(value) ? value : {}
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

function strings(value: unknown): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(map(value)).map(([name, one]) => [name, String(one)]))
}
