import { type FactMap, isMap } from '../../../values/json.ts'
import { ANY, type Defaults, type Place, SHOWN } from './default.ts'
import { POD } from './podDefaults.ts'

const below = (at: string, defaults: Defaults): Defaults => defaults.map(([path, value]) => [`${at}.${path}`, value] as const)
const inTemplate = below('spec.template.spec', POD)

/** What the server writes by itself into an object of a kind. */
export const TABLE: { readonly [kind: string]: Defaults } = {
  Deployment: [
    ['spec.progressDeadlineSeconds', 600],
    ['spec.revisionHistoryLimit', 10],
    ['spec.replicas', 1],
    ['spec.strategy.type', 'RollingUpdate'],
    ['spec.strategy.rollingUpdate', ifRolling],
    ['spec.strategy.rollingUpdate.maxSurge', '25%'],
    ['spec.strategy.rollingUpdate.maxUnavailable', '25%'],
    ...inTemplate,
  ],
  ReplicaSet: [['spec.replicas', 1], ...inTemplate],
  StatefulSet: [
    ['spec.revisionHistoryLimit', 10],
    ['spec.replicas', 1],
    ['spec.podManagementPolicy', 'OrderedReady'],
    ['spec.updateStrategy.type', 'RollingUpdate'],
    ['spec.updateStrategy.rollingUpdate', ifRolling],
    ['spec.updateStrategy.rollingUpdate.partition', 0],
    ['spec.persistentVolumeClaimRetentionPolicy.whenDeleted', 'Retain'],
    ['spec.persistentVolumeClaimRetentionPolicy.whenScaled', 'Retain'],
    ['spec.volumeClaimTemplates.*.apiVersion', 'v1'],
    ['spec.volumeClaimTemplates.*.kind', 'PersistentVolumeClaim'],
    ['spec.volumeClaimTemplates.*.spec.volumeMode', 'Filesystem'],
    ['spec.volumeClaimTemplates.*.status', ANY],
    ...inTemplate,
  ],
  DaemonSet: [
    ['spec.revisionHistoryLimit', 10],
    ['spec.updateStrategy.type', 'RollingUpdate'],
    ['spec.updateStrategy.rollingUpdate', ifRolling],
    ['spec.updateStrategy.rollingUpdate.maxSurge', 0],
    ['spec.updateStrategy.rollingUpdate.maxUnavailable', 1],
    ...inTemplate,
  ],
  Job: [
    ['spec.backoffLimit', 6],
    ['spec.completionMode', 'NonIndexed'],
    ['spec.completions', 1],
    ['spec.parallelism', 1],
    ['spec.manualSelector', false],
    ['spec.suspend', false],
    ['spec.podReplacementPolicy', ({ beside }) => (beside.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed')],
    ['spec.selector', ANY],
    ...['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'].map(
      (label) => [`spec.template.metadata.labels[${label}]`, ANY] as const,
    ),
    ...inTemplate,
  ],
  CronJob: [
    ['spec.concurrencyPolicy', 'Allow'],
    ['spec.failedJobsHistoryLimit', 1],
    ['spec.successfulJobsHistoryLimit', 3],
    ['spec.suspend', false],
    ...below('spec.jobTemplate', inTemplate),
  ],
  Service: [
    ['spec.clusterIP', ANY],
    ['spec.clusterIPs', ANY],
    ['spec.ipFamilies', ANY],
    ['spec.ipFamilyPolicy', 'SingleStack'],
    ['spec.internalTrafficPolicy', 'Cluster'],
    ['spec.externalTrafficPolicy', 'Cluster'],
    ['spec.sessionAffinity', 'None'],
    ['spec.sessionAffinityConfig', ({ named }) => (named.sessionAffinity === 'ClientIP' ? undefined : SHOWN)],
    ['spec.sessionAffinityConfig.clientIP.timeoutSeconds', 10800],
    ['spec.type', 'ClusterIP'],
    ['spec.allocateLoadBalancerNodePorts', true],
    ['spec.healthCheckNodePort', ANY],
    ['spec.ports.*.nodePort', ANY],
    ['spec.ports.*.targetPort', ({ holder }) => Number(holder.split('/')[0])],
    ['metadata.finalizers[service.kubernetes.io/load-balancer-cleanup]', ANY],
  ],
  ServiceAccount: [
    ['secrets.*', ofAccount],
    ['imagePullSecrets.*', ofAccount],
  ],
  Namespace: [
    ['spec.finalizers.kubernetes', ANY],
    ['metadata.labels[kubernetes.io/metadata.name]', ANY],
  ],
  PersistentVolume: [
    ['metadata.finalizers.*', ANY],
    ['spec.claimRef', ANY],
    ['spec.claimRef.*', ANY],
    ['spec.storageClassName', ''],
    ['spec.persistentVolumeReclaimPolicy', 'Retain'],
    ['spec.volumeMode', 'Filesystem'],
  ],
  PersistentVolumeClaim: [
    ['spec.storageClassName', ANY],
    ['spec.volumeName', ANY],
    ['spec.volumeMode', 'Filesystem'],
    ['spec.dataSource', ({ beside }) => beside.dataSourceRef],
    ['spec.dataSourceRef', ({ beside }) => beside.dataSource],
    ['metadata.finalizers[kubernetes.io/pvc-protection]', ANY],
  ],
  HorizontalPodAutoscaler: [
    ['spec.minReplicas', 1],
    ['spec.metrics[[0]].type', 'Resource'],
    ['spec.metrics[[0]].resource.name', 'cpu'],
    ['spec.metrics[[0]].resource.target.type', 'Utilization'],
    ['spec.metrics[[0]].resource.target.averageUtilization', 80],
    ...['spec.behavior.scaleUp', 'spec.behavior.scaleDown'].flatMap(
      (rules): Defaults => [
        [`${rules}.selectPolicy`, 'Max'],
        [`${rules}.policies`, rules.endsWith('scaleUp') ? policies(['Pods', 4], ['Percent', 100]) : policies(['Percent', 100])],
      ],
    ),
    ['spec.behavior.scaleUp.stabilizationWindowSeconds', 0],
  ],
  LimitRange: [
    ['spec.limits.*.default', ({ beside }) => beside.max],
    ['spec.limits.*.defaultRequest', ({ beside }) => beside.default ?? beside.min],
  ],
  NetworkPolicy: [
    ['spec.podSelector', {}],
    ['spec.policyTypes', ({ beside }) => (beside.egress === undefined ? { '[0]': 'Ingress' } : { '[0]': 'Ingress', '[1]': 'Egress' })],
  ],
  CustomResourceDefinition: [
    ['spec.conversion.strategy', 'None'],
    ['spec.names.listKind', ({ beside }) => `${beside.kind}List`],
    ['spec.names.singular', ({ beside }) => String(beside.kind).toLowerCase()],
    ['metadata.finalizers[customresourcecleanup.apiextensions.k8s.io]', ANY],
  ],
  // The roles it is made of decide what it allows.
  ClusterRole: [['rules', ({ beside }) => (isMap(beside.aggregationRule) ? ANY : undefined)]],
  ...both(
    ['RoleBinding', 'ClusterRoleBinding'],
    [
      ['roleRef.apiGroup', 'rbac.authorization.k8s.io'],
      ['subjects.*.apiGroup', 'rbac.authorization.k8s.io'],
    ],
  ),
  PriorityClass: [['preemptionPolicy', 'PreemptLowerPriority']],
  StorageClass: [
    ['reclaimPolicy', 'Delete'],
    ['volumeBindingMode', 'Immediate'],
  ],
  ...both(
    ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
    [
      ['webhooks.*.failurePolicy', 'Fail'],
      ['webhooks.*.matchPolicy', 'Equivalent'],
      ['webhooks.*.reinvocationPolicy', 'Never'],
      ['webhooks.*.timeoutSeconds', 10],
      ['webhooks.*.namespaceSelector', {}],
      ['webhooks.*.objectSelector', {}],
      ['webhooks.*.rules.*.scope', '*'],
      ['webhooks.*.clientConfig.service.port', 443],
      ['webhooks.*.clientConfig.caBundle', ANY],
    ],
  ),
}

function both(kinds: readonly string[], defaults: Defaults): { readonly [kind: string]: Defaults } {
  return Object.fromEntries(kinds.map((kind) => [kind, defaults]))
}

function policies(...all: readonly (readonly [type: string, value: number])[]): FactMap {
  return Object.fromEntries(all.map(([type, value], i) => [`[${i}]`, { type, value, periodSeconds: 15 }]))
}

/** The server refuses these beside any other way of updating, so where that is wanted they have to go with it. */
function ifRolling({ named: { type } }: Place) {
  return type === undefined || type === 'RollingUpdate' ? undefined : SHOWN
}

/** Controllers of some clusters (OpenShift's, and those of before Kubernetes 1.24) give every account secrets of its own. */
function ofAccount({ key }: Place) {
  return /-(token|dockercfg)-[a-z0-9]{5}$/.test(key) ? ANY : undefined
}
