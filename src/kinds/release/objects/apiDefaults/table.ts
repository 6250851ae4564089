import { byIndex } from '../../../../values/factKeys.ts'
import { type FactMap, isMap } from '../../../../values/json.ts'
import { POD } from './pod.ts'
import { type Defaults, type FieldContext, NEVER_DEFAULT, SERVER_ASSIGNED } from './types.ts'

const below = (parent: string, defaults: Defaults): Defaults => defaults.map(([path, value]) => [`${parent}.${path}`, value] as const)
const inTemplate = below('spec.template.spec', POD)

/** The server's defaults for the built-in kinds. */
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
    ['spec.volumeClaimTemplates.*.status', SERVER_ASSIGNED],
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
    ['spec.podReplacementPolicy', ({ siblings }) => (siblings.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed')],
    ['spec.selector', SERVER_ASSIGNED],
    ...['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'].map(
      (label) => [`spec.template.metadata.labels[${label}]`, SERVER_ASSIGNED] as const,
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
    ['spec.clusterIP', SERVER_ASSIGNED],
    ['spec.clusterIPs', SERVER_ASSIGNED],
    ['spec.ipFamilies', SERVER_ASSIGNED],
    ['spec.ipFamilyPolicy', 'SingleStack'],
    ['spec.internalTrafficPolicy', 'Cluster'],
    ['spec.externalTrafficPolicy', 'Cluster'],
    ['spec.sessionAffinity', 'None'],
    ['spec.sessionAffinityConfig', ({ declared }) => (declared.sessionAffinity === 'ClientIP' ? undefined : NEVER_DEFAULT)],
    ['spec.sessionAffinityConfig.clientIP.timeoutSeconds', 10800],
    ['spec.type', 'ClusterIP'],
    ['spec.allocateLoadBalancerNodePorts', true],
    ['spec.healthCheckNodePort', SERVER_ASSIGNED],
    ['spec.ports.*.nodePort', SERVER_ASSIGNED],
    ['spec.ports.*.targetPort', ({ parentKey }) => Number(parentKey.split('/')[0])],
    ['metadata.finalizers[service.kubernetes.io/load-balancer-cleanup]', SERVER_ASSIGNED],
  ],
  ServiceAccount: [
    ['secrets.*', accountSecret],
    ['imagePullSecrets.*', accountSecret],
  ],
  Namespace: [
    ['spec.finalizers.kubernetes', SERVER_ASSIGNED],
    ['metadata.labels[kubernetes.io/metadata.name]', SERVER_ASSIGNED],
  ],
  PersistentVolume: [
    ['metadata.finalizers.*', SERVER_ASSIGNED],
    ['spec.claimRef', SERVER_ASSIGNED],
    ['spec.claimRef.*', SERVER_ASSIGNED],
    ['spec.storageClassName', ''],
    ['spec.persistentVolumeReclaimPolicy', 'Retain'],
    ['spec.volumeMode', 'Filesystem'],
  ],
  PersistentVolumeClaim: [
    ['spec.storageClassName', SERVER_ASSIGNED],
    ['spec.volumeName', SERVER_ASSIGNED],
    ['spec.volumeMode', 'Filesystem'],
    ['spec.dataSource', ({ siblings }) => siblings.dataSourceRef],
    ['spec.dataSourceRef', ({ siblings }) => siblings.dataSource],
    ['metadata.finalizers[kubernetes.io/pvc-protection]', SERVER_ASSIGNED],
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
    ['spec.limits.*.default', ({ siblings }) => siblings.max],
    ['spec.limits.*.defaultRequest', ({ siblings }) => siblings.default ?? siblings.min],
  ],
  NetworkPolicy: [
    ['spec.podSelector', {}],
    ['spec.policyTypes', ({ siblings }) => (siblings.egress === undefined ? byIndex(['Ingress']) : byIndex(['Ingress', 'Egress']))],
  ],
  CustomResourceDefinition: [
    ['spec.conversion.strategy', 'None'],
    ['spec.names.listKind', ({ siblings }) => `${siblings.kind}List`],
    ['spec.names.singular', ({ siblings }) => String(siblings.kind).toLowerCase()],
    ['metadata.finalizers[customresourcecleanup.apiextensions.k8s.io]', SERVER_ASSIGNED],
  ],
  // A controller fills in the rules of an aggregated role.
  ClusterRole: [['rules', ({ siblings }) => (isMap(siblings.aggregationRule) ? SERVER_ASSIGNED : undefined)]],
  ...each(
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
  ...each(
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
      ['webhooks.*.clientConfig.caBundle', SERVER_ASSIGNED],
    ],
  ),
}

function each(kinds: readonly string[], defaults: Defaults): { readonly [kind: string]: Defaults } {
  return Object.fromEntries(kinds.map((kind) => [kind, defaults]))
}

function policies(...entries: readonly (readonly [type: string, value: number])[]): FactMap {
  return byIndex(entries.map(([type, value]) => ({ type, value, periodSeconds: 15 })))
}

/** The server rejects these beside any other strategy, so they are no defaults where another one is declared. */
function ifRolling({ declared: { type } }: FieldContext) {
  return type === undefined || type === 'RollingUpdate' ? undefined : NEVER_DEFAULT
}

/** Controllers of some clusters (OpenShift, and Kubernetes before 1.24) add secrets to every service account. */
function accountSecret({ key }: FieldContext) {
  return /-(token|dockercfg)-[a-z0-9]{5}$/.test(key) ? SERVER_ASSIGNED : undefined
}
