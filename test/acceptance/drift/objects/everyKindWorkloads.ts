import { CANARY, kubectl, merge, type ObjectDrift, patch } from './drift.ts'
import { drift, OWNED, UNKNOWN } from './everyKindSaid.ts'

type Operations = Parameters<typeof patch> extends [string, ...infer Rest] ? Rest : never
const POD = '/spec/template/spec'
const MAIN = `${POD}/containers/0`
const full = (name: string, shows: RegExp, operations: Operations, more: Partial<ObjectDrift> = {}) =>
  drift('apps/Deployment/full', name, shows, patch('deployment/full', ...operations), more)

/** Fields whose repair the server makes hard: what it refuses half, fills in, or keeps in the order it has. */
export const workloads: readonly ObjectDrift[] = [
  full(
    'variables that refer to each other in another order',
    /env \(order\)/,
    [
      ['remove', `${MAIN}/env/0`],
      ['add', `${MAIN}/env/1`, { name: 'Z', value: 'z' }],
    ],
    { ...OWNED, ...UNKNOWN, isSample: true },
  ),
  full('a variable given twice', /env\[A#2\]/, [['add', `${MAIN}/env/0`, { name: 'A', value: CANARY }]], OWNED),
  full(
    'a variable taken from elsewhere',
    /env\.NUMBER\.valueFrom\.fieldRef/,
    [['replace', `${MAIN}/env/3`, { name: 'NUMBER', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }]],
    OWNED,
  ),
  full(
    'init containers in another order',
    /initContainers \(order\)/,
    [
      ['remove', `${POD}/initContainers/0`],
      ['add', `${POD}/initContainers/1`, { name: 'init', image: 'a:1' }],
    ],
    { ...OWNED, ...UNKNOWN },
  ),
  full('a probe of another sort', /livenessProbe\.tcpSocket/, [['replace', `${MAIN}/livenessProbe`, { tcpSocket: { port: 1 } }]], OWNED),
  full(
    'a volume of another sort',
    /volumes\.mem\.hostPath/,
    [['replace', `${POD}/volumes/2`, { name: 'mem', hostPath: { path: '/' } }]],
    OWNED,
  ),
  full(
    'updates of another sort',
    /strategy\.type +RollingUpdate -> Recreate/,
    [['replace', '/spec/strategy', { type: 'RollingUpdate' }]],
    OWNED,
  ),
  full('the pull policy changed', /imagePullPolicy +Always -> \(removed\)/, [['replace', `${MAIN}/imagePullPolicy`, 'Always']]),
  full('a name led elsewhere', /hostAliases\[192\.0\.2\.1\]\.hostnames/, [['add', `${POD}/hostAliases/0/hostnames/-`, 'c']]),
  full(
    'pods put together',
    /topologySpreadConstraints\[0\]\.maxSkew +9 -> 1/,
    [['replace', `${POD}/topologySpreadConstraints/0/maxSkew`, 9]],
    OWNED,
  ),
  full('a right added', /capabilities\.add\[1\]/, [['add', `${MAIN}/securityContext/capabilities/add/-`, 'SYS_ADMIN']]),
  full('a right no longer dropped', /capabilities\.drop\[0\]/, [['remove', `${MAIN}/securityContext/capabilities/drop`]], {
    ...OWNED,
    ...UNKNOWN,
  }),
  full('a priority given', /priorityClassName +one -> \(removed\)/, [['add', `${POD}/priorityClassName`, 'one']]),
  full('a secret of a projected volume', /sources\[4\]/, [['add', `${POD}/volumes/5/projected/sources/-`, { secret: { name: 'x' } }]]),
  drift('apps/Deployment/full', 'an owner added', /ownerReferences\[ConfigMap\/one\]/, ownedBySettings),
  drift(
    'apps/Deployment/bare',
    'the pull policy changed',
    /main\.imagePullPolicy +Always -> \(removed\)/,
    patch('deployment/bare', ['replace', `${POD}/containers/0/imagePullPolicy`, 'Always']),
    { restarts: ['bare'] },
  ),
]

async function ownedBySettings(site: Parameters<ObjectDrift['change']>[0]): Promise<void> {
  const uid = await kubectl('get', 'configmap/one', '-o', 'jsonpath={.metadata.uid}')(site)
  await merge('deployment/full', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'one', uid }] } })(site)
}
