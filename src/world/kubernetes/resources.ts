import { isMap } from '../../values/json.ts'
import { present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { ObjectKind } from '../ports/cluster.ts'
import type { Api } from './api.ts'

/** How the API names a kind in its paths, and whether it lives in namespaces. */
export type Resource = { readonly plural: string; readonly isNamespaced: boolean }

const namespaced = (plural: string): Resource => ({ plural, isNamespaced: true })
const ofCluster = (plural: string): Resource => ({ plural, isNamespaced: false })

/** The kinds that charts have; the API is asked for all others. */
const KNOWN: { readonly [kind: string]: Resource } = {
  'v1/ConfigMap': namespaced('configmaps'),
  'v1/Event': namespaced('events'),
  'v1/Namespace': ofCluster('namespaces'),
  'v1/PersistentVolumeClaim': namespaced('persistentvolumeclaims'),
  'v1/Pod': namespaced('pods'),
  'v1/Service': namespaced('services'),
  'v1/ServiceAccount': namespaced('serviceaccounts'),
  'apiextensions.k8s.io/v1/CustomResourceDefinition': ofCluster('customresourcedefinitions'),
  'apps/v1/DaemonSet': namespaced('daemonsets'),
  'apps/v1/Deployment': namespaced('deployments'),
  'apps/v1/ReplicaSet': namespaced('replicasets'),
  'apps/v1/StatefulSet': namespaced('statefulsets'),
  'autoscaling/v2/HorizontalPodAutoscaler': namespaced('horizontalpodautoscalers'),
  'batch/v1/CronJob': namespaced('cronjobs'),
  'batch/v1/Job': namespaced('jobs'),
  'networking.k8s.io/v1/Ingress': namespaced('ingresses'),
  'networking.k8s.io/v1/IngressClass': ofCluster('ingressclasses'),
  'networking.k8s.io/v1/NetworkPolicy': namespaced('networkpolicies'),
  'policy/v1/PodDisruptionBudget': namespaced('poddisruptionbudgets'),
  'rbac.authorization.k8s.io/v1/ClusterRole': ofCluster('clusterroles'),
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': ofCluster('clusterrolebindings'),
  'rbac.authorization.k8s.io/v1/Role': namespaced('roles'),
  'rbac.authorization.k8s.io/v1/RoleBinding': namespaced('rolebindings'),
}

/** Finds a kind's path. Absent: the API has no such kind (its definition is not there). */
export async function resourceOf(api: Api, { apiVersion, kind }: ObjectKind): Promise<ReadResult<Resource>> {
  const known = KNOWN[`${apiVersion}/${kind}`]
  if (known !== undefined) return present(known)
  const read = await api.read(groupPath(apiVersion), `the kinds of ${apiVersion}`)
  if (read.is !== 'present') return read
  const { resources } = read.value as { readonly resources?: unknown }
  const found = (Array.isArray(resources) ? resources : []).find(
    (one) => isMap(one) && one.kind === kind && !String(one.name).includes('/'),
  )
  if (!isMap(found)) return unknown(noSuchKind(apiVersion, kind))
  return present({ plural: String(found.name), isNamespaced: found.namespaced === true })
}

/** `/apis/apps/v1/namespaces/N/deployments`, with `/NAME` for one. */
export function pathOf({ apiVersion }: ObjectKind, { plural, isNamespaced }: Resource, namespace: string, name?: string): string {
  const scope = isNamespaced ? `/namespaces/${namespace}` : ''
  return `${groupPath(apiVersion)}${scope}/${plural}${name === undefined ? '' : `/${name}`}`
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

function noSuchKind(apiVersion: string, kind: string) {
  const summary = `The cluster has no kind ${kind} in ${apiVersion}.`
  return { code: 'cluster/no-such-kind', summary, remedy: 'Its CustomResourceDefinition is missing: install it, then plan again.' }
}
