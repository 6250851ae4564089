import type { LabInstallation } from '../../support/installation.ts'
import {
  CANARY,
  DECLARED,
  type DriftOptions,
  kubectl,
  merge,
  type ObjectDrift,
  objectDrift,
  patch,
  UNKNOWN_MANAGER,
} from './objectDrift.ts'

type Operations = Parameters<typeof patch> extends [string, ...infer Rest] ? Rest : never
const POD = '/spec/template/spec'
const MAIN = `${POD}/containers/0`
const full = (name: string, planShows: RegExp, operations: Operations, options: DriftOptions = {}) =>
  objectDrift('apps/Deployment/full', name, planShows, patch('deployment/full', ...operations), options)

/** Fields that are hard to repair: the API server rejects part of a change, sets a default, or keeps its own order. */
export const workloads: readonly ObjectDrift[] = [
  full(
    'variables that refer to each other in another order',
    /env \(order\)/,
    [
      ['remove', `${MAIN}/env/0`],
      ['add', `${MAIN}/env/1`, { name: 'Z', value: 'z' }],
    ],
    { ...DECLARED, ...UNKNOWN_MANAGER },
  ),
  full('a variable given twice', /env\[A#2\]/, [['add', `${MAIN}/env/0`, { name: 'A', value: CANARY }]], DECLARED),
  full(
    'a variable taken from a field',
    /env\.NUMBER\.valueFrom\.fieldRef/,
    [['replace', `${MAIN}/env/3`, { name: 'NUMBER', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }]],
    DECLARED,
  ),
  full(
    'init containers in another order',
    /initContainers \(order\)/,
    [
      ['remove', `${POD}/initContainers/0`],
      ['add', `${POD}/initContainers/1`, { name: 'init', image: 'a:1' }],
    ],
    { ...DECLARED, ...UNKNOWN_MANAGER },
  ),
  full('a probe of another type', /livenessProbe\.tcpSocket/, [['replace', `${MAIN}/livenessProbe`, { tcpSocket: { port: 1 } }]], DECLARED),
  full(
    'a volume of another type',
    /volumes\.mem\.hostPath/,
    [['replace', `${POD}/volumes/2`, { name: 'mem', hostPath: { path: '/' } }]],
    DECLARED,
  ),
  full(
    'another update strategy',
    /strategy\.type +RollingUpdate -> Recreate/,
    [['replace', '/spec/strategy', { type: 'RollingUpdate' }]],
    DECLARED,
  ),
  full('the pull policy changed', /imagePullPolicy +Always -> \(removed\)/, [['replace', `${MAIN}/imagePullPolicy`, 'Always']]),
  full('a host name added to an alias', /hostAliases\[192\.0\.2\.1\]\.hostnames/, [['add', `${POD}/hostAliases/0/hostnames/-`, 'c']]),
  full(
    'a larger topology skew',
    /topologySpreadConstraints\[0\]\.maxSkew +9 -> 1/,
    [['replace', `${POD}/topologySpreadConstraints/0/maxSkew`, 9]],
    DECLARED,
  ),
  full('a capability added', /capabilities\.add\[1\]/, [['add', `${MAIN}/securityContext/capabilities/add/-`, 'SYS_ADMIN']]),
  full('a capability no longer dropped', /capabilities\.drop\[0\]/, [['remove', `${MAIN}/securityContext/capabilities/drop`]], {
    ...DECLARED,
    ...UNKNOWN_MANAGER,
  }),
  full('a priority class set', /priorityClassName +one -> \(removed\)/, [['add', `${POD}/priorityClassName`, 'one']]),
  full('a secret added to a projected volume', /sources\[4\]/, [
    ['add', `${POD}/volumes/5/projected/sources/-`, { secret: { name: 'x' } }],
  ]),
  objectDrift('apps/Deployment/full', 'an owner added', /ownerReferences\[ConfigMap\/one\]/, addOwner),
  objectDrift(
    'apps/Deployment/bare',
    'the pull policy changed',
    /main\.imagePullPolicy +Always -> \(removed\)/,
    patch('deployment/bare', ['replace', `${POD}/containers/0/imagePullPolicy`, 'Always']),
    { restarts: ['bare'] },
  ),
]

async function addOwner(installation: LabInstallation): Promise<void> {
  const uid = await kubectl('get', 'configmap/one', '-o', 'jsonpath={.metadata.uid}')(installation)
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'one', uid }]
  await merge('deployment/full', { metadata: { ownerReferences } })(installation)
}
