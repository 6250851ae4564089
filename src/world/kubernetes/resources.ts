import { isMap } from '../../values/json.ts'
import { present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { ObjectKind } from '../ports/cluster.ts'
import type { Api } from './api.ts'

/** How the API names a kind in its paths, and whether it is namespaced. */
export type ApiResource = { readonly plural: string; readonly isNamespaced: boolean }

const namespaced = (plural: string): ApiResource => ({ plural, isNamespaced: true })
const clusterScoped = (plural: string): ApiResource => ({ plural, isNamespaced: false })

/** The kinds that charts contain; all others are discovered through the API. */
const BUILT_IN: { readonly [kind: string]: ApiResource } = {
  'v1/ConfigMap': namespaced('configmaps'),
  'v1/Event': namespaced('events'),
  'v1/Namespace': clusterScoped('namespaces'),
  'v1/PersistentVolumeClaim': namespaced('persistentvolumeclaims'),
  'v1/Pod': namespaced('pods'),
  'v1/Service': namespaced('services'),
  'v1/ServiceAccount': namespaced('serviceaccounts'),
  'apiextensions.k8s.io/v1/CustomResourceDefinition': clusterScoped('customresourcedefinitions'),
  'apps/v1/DaemonSet': namespaced('daemonsets'),
  'apps/v1/Deployment': namespaced('deployments'),
  'apps/v1/ReplicaSet': namespaced('replicasets'),
  'apps/v1/StatefulSet': namespaced('statefulsets'),
  'autoscaling/v2/HorizontalPodAutoscaler': namespaced('horizontalpodautoscalers'),
  'batch/v1/CronJob': namespaced('cronjobs'),
  'batch/v1/Job': namespaced('jobs'),
  'networking.k8s.io/v1/Ingress': namespaced('ingresses'),
  'networking.k8s.io/v1/IngressClass': clusterScoped('ingressclasses'),
  'networking.k8s.io/v1/NetworkPolicy': namespaced('networkpolicies'),
  'policy/v1/PodDisruptionBudget': namespaced('poddisruptionbudgets'),
  'rbac.authorization.k8s.io/v1/ClusterRole': clusterScoped('clusterroles'),
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': clusterScoped('clusterrolebindings'),
  'rbac.authorization.k8s.io/v1/Role': namespaced('roles'),
  'rbac.authorization.k8s.io/v1/RoleBinding': namespaced('rolebindings'),
}

/** Finds a kind's path. Absent when the API has no such kind (its CustomResourceDefinition is missing). */
export async function resourceOf(api: Api, { apiVersion, kind }: ObjectKind): Promise<ReadResult<ApiResource>> {
  const builtIn = BUILT_IN[`${apiVersion}/${kind}`]
  if (builtIn !== undefined) return present(builtIn)
  const read = await api.read(groupPath(apiVersion), `the kinds of ${apiVersion}`)
  if (read.is !== 'present') return read
  const { resources } = read.value as { readonly resources?: unknown }
  const resource = (Array.isArray(resources) ? resources : []).find(
    (resource) => isMap(resource) && resource.kind === kind && !String(resource.name).includes('/'),
  )
  if (!isMap(resource)) return unknown(noSuchKind(apiVersion, kind))
  return present({ plural: String(resource.name), isNamespaced: resource.namespaced === true })
}

/** `/apis/apps/v1/namespaces/N/deployments`, with `/NAME` for a single object. */
export function pathOf({ apiVersion }: ObjectKind, { plural, isNamespaced }: ApiResource, namespace: string, name?: string): string {
  const scope = isNamespaced ? `/namespaces/${namespace}` : ''
  return `${groupPath(apiVersion)}${scope}/${plural}${name === undefined ? '' : `/${name}`}`
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

function noSuchKind(apiVersion: string, kind: string) {
  const summary = `The cluster has no kind ${kind} in ${apiVersion}.`
  return { code: 'cluster/no-such-kind', summary, remedy: 'Install its CustomResourceDefinition, then plan again.' }
}
