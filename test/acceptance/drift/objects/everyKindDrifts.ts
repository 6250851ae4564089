import { CANARY, kubectl, merge, type ObjectDrift, patch } from './drift.ts'
import { network } from './everyKindNetwork.ts'
import { drift, OWNED, UNKNOWN } from './everyKindSaid.ts'
import { workloads } from './everyKindWorkloads.ts'

const POD = '/spec/template/spec'

const secrets: readonly ObjectDrift[] = [
  drift('Secret/one', 'a value changed', /keys\.b/, merge('secret/one', { stringData: { b: `other-${CANARY}` } }), {
    ...OWNED,
    isSample: true,
  }),
  drift('Secret/one', 'a binary value changed', /keys\.a/, merge('secret/one', { data: { a: 'AAEC/g==' } }), OWNED),
  drift('Secret/one', 'a value added', /keys\.more/, merge('secret/one', { stringData: { more: CANARY } })),
  drift('Secret/one', 'a value removed', /keys\.b/, patch('secret/one', ['remove', '/data/b']), { ...OWNED, ...UNKNOWN }),
  drift('Secret/typed', 'deleted', /Secret\/typed +\(missing\)/, kubectl('delete', 'secret/typed'), { ...OWNED, ...UNKNOWN }),
]

const others: readonly ObjectDrift[] = [
  drift(
    'ConfigMap/one',
    'a setting changed',
    /data\.b +\(changed, values hidden\)/,
    merge('configmap/one', { data: { b: CANARY } }),
    OWNED,
  ),
  drift('ConfigMap/one', 'bytes changed', /binaryData\.c/, merge('configmap/one', { binaryData: { c: 'AAEC/g==' } }), OWNED),
  drift('batch/CronJob/cron', 'stopped', /suspend +true -> \(removed\)/, merge('cronjob/cron', { spec: { suspend: true } })),
  drift('batch/CronJob/cron', 'another time', /schedule/, merge('cronjob/cron', { spec: { schedule: '0 0 2 2 *' } }), OWNED),
  drift(
    'batch/CronJob/cron',
    'another image',
    /image +b -> a/,
    patch('cronjob/cron', ['replace', '/spec/jobTemplate/spec/template/spec/containers/0/image', 'b']),
    OWNED,
  ),
  drift(
    'apps/StatefulSet/set',
    'another image',
    /image +b -> a/,
    patch('statefulset/set', ['replace', `${POD}/containers/0/image`, 'b']),
    OWNED,
  ),
  drift(
    'autoscaling/HorizontalPodAutoscaler/bare',
    'more pods',
    /maxReplicas +9 -> 3/,
    merge('hpa/bare', { spec: { maxReplicas: 9 } }),
    OWNED,
  ),
  drift('policy/PodDisruptionBudget/one', 'no pod needed', /minAvailable +0 -> 1/, merge('pdb/one', { spec: { minAvailable: 0 } }), OWNED),
  drift(
    'rbac.authorization.k8s.io/Role/one',
    'a right added',
    /rules\[0\]\.verbs\[1\]/,
    patch('role/one', ['add', '/rules/0/verbs/-', 'delete']),
  ),
  drift(
    'rbac.authorization.k8s.io/RoleBinding/one',
    'somebody let in',
    /subjects\.stranger/,
    patch('rolebinding/one', ['add', '/subjects/-', { kind: 'User', name: 'stranger' }]),
  ),
  drift('PersistentVolumeClaim/one', 'a label added', /labels\.who/, kubectl('label', 'pvc/one', 'who=me'), { by: 'kubectl-label at 20' }),
  drift('example.com/Thing/one', 'a field changed', /spec\.named\.a +9 -> 1/, merge('thing/one', { spec: { named: { a: 9 } } }), OWNED),
  drift(
    'example.com/Thing/one',
    'a field set that has a default',
    /spec\.mode +other -> \(removed\)/,
    merge('thing/one', { spec: { mode: 'other' } }),
  ),
  drift('example.com/Thing/one', 'an element added', /spec\.list\.y/, patch('thing/one', ['add', '/spec/list/-', { name: 'y' }])),
  drift(
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration/one',
    'made to refuse',
    /failurePolicy +Fail -> Ignore/,
    patch('validatingwebhookconfiguration/one', ['replace', '/webhooks/0/failurePolicy', 'Fail']),
    OWNED,
  ),
  drift('ConfigMap/left-behind', 'settings left behind', /- ConfigMap\/left-behind +\(not in the chart\)/, leftBehind, UNKNOWN),
]

async function leftBehind(site: Parameters<ObjectDrift['change']>[0]): Promise<void> {
  const annotations = { 'meta.helm.sh/release-name': 'spacelift', 'meta.helm.sh/release-namespace': 'spacelift' }
  const metadata = { name: 'left-behind', labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: CANARY } }
  await site.kubectl('-n', 'spacelift', 'create', '-f', await site.write('left-behind.json', JSON.stringify(object)))
}

export const everyKindDrifts: readonly ObjectDrift[] = [...workloads, ...network, ...secrets, ...others]
