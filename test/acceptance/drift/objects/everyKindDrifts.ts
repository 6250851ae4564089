import { network } from './everyKindNetwork.ts'
import { workloads } from './everyKindWorkloads.ts'
import { CANARY, DECLARED, kubectl, leftover, merge, type ObjectDrift, objectDrift, patch, UNKNOWN_MANAGER } from './objectDrift.ts'

const POD = '/spec/template/spec'

const secrets: readonly ObjectDrift[] = [
  objectDrift('Secret/one', 'a value changed', /keys\.b/, merge('secret/one', { stringData: { b: `other-${CANARY}` } }), {
    ...DECLARED,
    isSample: true,
  }),
  objectDrift('Secret/one', 'a binary value changed', /keys\.a/, merge('secret/one', { data: { a: 'AAEC/g==' } }), DECLARED),
  objectDrift('Secret/one', 'a value added', /keys\.more/, merge('secret/one', { stringData: { more: CANARY } })),
  objectDrift('Secret/one', 'a value removed', /keys\.b/, patch('secret/one', ['remove', '/data/b']), { ...DECLARED, ...UNKNOWN_MANAGER }),
  objectDrift('Secret/typed', 'deleted', /Secret\/typed +\(missing\)/, kubectl('delete', 'secret/typed'), {
    ...DECLARED,
    ...UNKNOWN_MANAGER,
  }),
]

const others: readonly ObjectDrift[] = [
  objectDrift(
    'ConfigMap/one',
    'a setting changed',
    /data\.b +\(changed, values hidden\)/,
    merge('configmap/one', { data: { b: CANARY } }),
    DECLARED,
  ),
  objectDrift('ConfigMap/one', 'bytes changed', /binaryData\.c/, merge('configmap/one', { binaryData: { c: 'AAEC/g==' } }), DECLARED),
  objectDrift('batch/CronJob/cron', 'suspended', /suspend +true -> \(removed\)/, merge('cronjob/cron', { spec: { suspend: true } })),
  objectDrift('batch/CronJob/cron', 'another schedule', /schedule/, merge('cronjob/cron', { spec: { schedule: '0 0 2 2 *' } }), DECLARED),
  objectDrift(
    'batch/CronJob/cron',
    'another image',
    /image +b -> a/,
    patch('cronjob/cron', ['replace', '/spec/jobTemplate/spec/template/spec/containers/0/image', 'b']),
    DECLARED,
  ),
  objectDrift(
    'apps/StatefulSet/set',
    'another image',
    /image +b -> a/,
    patch('statefulset/set', ['replace', `${POD}/containers/0/image`, 'b']),
    DECLARED,
  ),
  objectDrift(
    'autoscaling/HorizontalPodAutoscaler/bare',
    'a higher maximum of pods',
    /maxReplicas +9 -> 3/,
    merge('hpa/bare', { spec: { maxReplicas: 9 } }),
    DECLARED,
  ),
  objectDrift(
    'policy/PodDisruptionBudget/one',
    'no pod has to be available',
    /minAvailable +0 -> 1/,
    merge('pdb/one', { spec: { minAvailable: 0 } }),
    DECLARED,
  ),
  objectDrift(
    'rbac.authorization.k8s.io/Role/one',
    'a verb added',
    /rules\[0\]\.verbs\[1\]/,
    patch('role/one', ['add', '/rules/0/verbs/-', 'delete']),
  ),
  objectDrift(
    'rbac.authorization.k8s.io/RoleBinding/one',
    'a subject added',
    /subjects\.stranger/,
    patch('rolebinding/one', ['add', '/subjects/-', { kind: 'User', name: 'stranger' }]),
  ),
  objectDrift('PersistentVolumeClaim/one', 'a label added', /labels\.team/, kubectl('label', 'pvc/one', 'team=other'), {
    manager: 'kubectl-label at 20',
  }),
  objectDrift(
    'example.com/Thing/one',
    'a field changed',
    /spec\.named\.a +9 -> 1/,
    merge('thing/one', { spec: { named: { a: 9 } } }),
    DECLARED,
  ),
  objectDrift(
    'example.com/Thing/one',
    'a field set that has a default',
    /spec\.mode +other -> \(removed\)/,
    merge('thing/one', { spec: { mode: 'other' } }),
  ),
  objectDrift('example.com/Thing/one', 'an element added', /spec\.list\.y/, patch('thing/one', ['add', '/spec/list/-', { name: 'y' }])),
  objectDrift(
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration/one',
    'requests fail without the webhook',
    /failurePolicy +Fail -> Ignore/,
    patch('validatingwebhookconfiguration/one', ['replace', '/webhooks/0/failurePolicy', 'Fail']),
    DECLARED,
  ),
  leftover('ConfigMap', { data: { a: CANARY } }),
]

export const everyKindDrifts: readonly ObjectDrift[] = [...workloads, ...network, ...secrets, ...others]
