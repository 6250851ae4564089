import { fromBase64 } from '../../values/base64.ts'
import { isMap } from '../../values/json.ts'
import { newestReady } from '../../values/newestPods.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Guard, LiveContainer, LiveDeployment, LiveNamespace, LiveObject, LivePod, LiveSecret, ObjectKind } from '../ports/cluster.ts'
import type { ManagedFields } from '../ports/managedFields.ts'

type Raw = { readonly [key: string]: unknown }

/** The namespace in an answer of the API server. */
export function liveNamespace(raw: unknown): LiveNamespace {
  const { object, metadata, guard } = parts(raw)
  const terminating = metadata.deletionTimestamp !== undefined
  const heldBy = terminating
    ? list(map(object.status).conditions)
        .filter(isHolding)
        .map((one) => text(one.message))
    : []
  return { ...guard, terminating, deletionBlockers: heldBy, labels: strings(metadata.labels), managedFields: managedFields(metadata) }
}

/** Conditions of a namespace that goes are true where something is in its way. */
function isHolding({ type, status }: Raw): boolean {
  return status === 'True' && text(type).startsWith('Namespace')
}

/** The secret in an answer; its values are sealed here, at the door. */
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

/** The pod, unless it has run to its end or is going. */
export function livePod(raw: unknown): LivePod[] {
  const { object, metadata } = parts(raw)
  const status = map(object.status)
  if (metadata.deletionTimestamp !== undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return []
  const said = [status.initContainerStatuses, status.containerStatuses].flatMap(list)
  const statuses = new Map(said.map((one) => [text(one.name), one]))
  const spec = map(object.spec)
  const containers = [spec.initContainers, spec.containers].flatMap(list).map(({ name, image }): LiveContainer => {
    const own = map(statuses.get(text(name)))
    const [imageId, started] = [text(own.imageID), text(map(map(own.state).running).startedAt)]
    return { image: text(image), ...(imageId && { imageId }), ...(started && { started }) }
  })
  const deployment = deploymentOf(metadata)
  return [{ name: text(metadata.name), created: text(metadata.creationTimestamp), containers, ...(deployment && { deployment }) }]
}

/** A Deployment's ReplicaSets are called after it and the hash of their template, which stands on every pod of theirs. */
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

/** An object of a list, whose items do not say what they are. */
export function liveObject(raw: unknown, { apiVersion, kind }: ObjectKind): LiveObject {
  const { object, metadata, guard } = parts(raw)
  const names = { namespace: text(metadata.namespace), name: text(metadata.name) }
  return { ...guard, apiVersion, kind, ...names, raw: { ...object, apiVersion, kind }, managedFields: managedFields(metadata) }
}

/** uid and resourceVersion of what a write answered. */
export function guardOf(raw: unknown): Guard {
  return parts(raw).guard
}

/** The items of a list. */
export function items(raw: unknown): unknown[] {
  const { items: found } = map(raw)
  return Array.isArray(found) ? found : []
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
