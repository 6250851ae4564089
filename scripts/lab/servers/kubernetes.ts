import { stringify } from 'yaml'
import type { Pair } from '../certificates.ts'
import type { Description } from '../description.ts'
import { httpsRequest } from '../httpsRequest.ts'
import { layout } from '../layout.ts'
import { binary } from '../paths.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'

/** A client of the API server: its certificate, and the CA to verify the server. */
export type Caller = Pair & { ca: string }

// The bodies of writes are logged, those of reads are not: RequestResponse would log every Secret that is read.
const auditPolicy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules: [{ level: 'Request' }] }

export const apiserverUrl = ({ ports }: Description): string => `https://127.0.0.1:${ports.apiserver}`

/** Writes the control plane's input files. */
export async function writeKubernetesFiles(description: Description, admin: Caller, servers: Caller): Promise<void> {
  const files = layout(description.dir)
  await writePrivate(files.auditPolicy, stringify(auditPolicy))
  await writePrivate(files.kubeconfig, stringify(kubeconfig(description, admin)))
  await writePrivate(files.serversKubeconfig, stringify(kubeconfig(description, servers)))
}

export function etcd(description: Description): ServerSpec {
  const files = layout(description.dir)
  const client = `http://127.0.0.1:${description.ports.etcd}`
  const peer = `http://127.0.0.1:${description.ports.etcdPeer}`
  const args = [
    `--data-dir=${files.data('etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // A lab need not survive a power failure, and is several times faster without fsync.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]
  return { name: 'etcd', command: binary('etcd'), args, log: files.log('etcd') }
}

export function apiserver(description: Description, caller: Caller): ServerSpec {
  const files = layout(description.dir)
  const args = [
    `--etcd-servers=http://127.0.0.1:${description.ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${description.ports.apiserver}`,
    `--tls-cert-file=${files.serverCertificate}`,
    `--tls-private-key-file=${files.serverKey}`,
    `--client-ca-file=${files.ca}`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/16',
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--audit-log-path=${files.auditLog}`,
    `--audit-policy-file=${files.auditPolicy}`,
  ]
  const ready = async () => (await httpsRequest({ url: `${apiserverUrl(description)}/readyz`, ...tls(caller) })).status === 200
  return { name: 'kube-apiserver', command: binary('kube-apiserver'), args, log: files.log('kube-apiserver'), ready }
}

export function controllerManager(description: Description): ServerSpec {
  const files = layout(description.dir)
  const args = [
    `--kubeconfig=${files.serversKubeconfig}`,
    `--root-ca-file=${files.ca}`,
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    '--use-service-account-credentials=true',
    // Its own limit of 20 requests a second alone would cost 4 seconds of every start.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    // Untaints the new node sooner.
    '--node-monitor-period=1s',
    // After an outage of the API server a real kubelet sets its pods Ready again; kwok never does, so they must stay Ready.
    '--node-monitor-grace-period=24h',
    ...SINGLE_INSTANCE_FLAGS,
  ]
  const name = 'kube-controller-manager'
  return { name, command: binary(name), args, log: files.log(name) }
}

export function scheduler(description: Description): ServerSpec {
  const files = layout(description.dir)
  const name = 'kube-scheduler'
  return { name, command: binary(name), args: [`--kubeconfig=${files.serversKubeconfig}`, ...SINGLE_INSTANCE_FLAGS], log: files.log(name) }
}

// No leader election with one instance, and no metrics port, which would collide with another lab's.
const SINGLE_INSTANCE_FLAGS = ['--leader-elect=false', '--secure-port=0']

export const tls = ({ ca, certificate, key }: Caller) => ({ ca, cert: certificate, key })

function kubeconfig(description: Description, caller: Caller) {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  const cluster = { server: apiserverUrl(description), 'certificate-authority-data': base64(caller.ca) }
  const user = { 'client-certificate-data': base64(caller.certificate), 'client-key-data': base64(caller.key) }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': description.context,
    clusters: [{ name: description.context, cluster }],
    users: [{ name: description.context, user }],
    contexts: [{ name: description.context, context: { cluster: description.context, user: description.context } }],
  }
}
