import { stringify } from 'yaml'
import { ask } from '../ask.ts'
import type { Pair } from '../certificates.ts'
import type { Description } from '../description.ts'
import { layout } from '../layout.ts'
import { binary } from '../paths.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'

/** Who asks the API server, and whose certificate it must show. */
export type Caller = Pair & { ca: string }

// The bodies of writes are logged, those of reads are not: RequestResponse would write down every Secret that is read.
const auditPolicy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules: [{ level: 'Request' }] }

export const apiserverUrl = ({ ports }: Description): string => `https://127.0.0.1:${ports.apiserver}`

/** Writes what the control plane reads from files. */
export async function writeKubernetesFiles(it: Description, admin: Caller, servers: Caller): Promise<void> {
  const files = layout(it.dir)
  await writePrivate(files.auditPolicy, stringify(auditPolicy))
  await writePrivate(files.kubeconfig, stringify(kubeconfig(it, admin)))
  await writePrivate(files.serversKubeconfig, stringify(kubeconfig(it, servers)))
}

export function etcd(it: Description): ServerSpec {
  const files = layout(it.dir)
  const client = `http://127.0.0.1:${it.ports.etcd}`
  const peer = `http://127.0.0.1:${it.ports.etcdPeer}`
  const args = [
    `--data-dir=${files.data('etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // A lab survives no power cut anyway, and without fsync it is several times faster.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]
  return { name: 'etcd', command: binary('etcd'), args, log: files.log('etcd') }
}

export function apiserver(it: Description, caller: Caller): ServerSpec {
  const files = layout(it.dir)
  const args = [
    `--etcd-servers=http://127.0.0.1:${it.ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${it.ports.apiserver}`,
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
  const ready = async () => (await ask({ url: `${apiserverUrl(it)}/readyz`, ...tls(caller) })).status === 200
  return { name: 'kube-apiserver', command: binary('kube-apiserver'), args, log: files.log('kube-apiserver'), ready }
}

export function controllerManager(it: Description): ServerSpec {
  const files = layout(it.dir)
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
    // A real kubelet would set its pods Ready again after an outage of the API server; kwok never does. So they must not be unset.
    '--node-monitor-grace-period=24h',
    ...alone,
  ]
  const name = 'kube-controller-manager'
  return { name, command: binary(name), args, log: files.log(name) }
}

export function scheduler(it: Description): ServerSpec {
  const files = layout(it.dir)
  const name = 'kube-scheduler'
  return { name, command: binary(name), args: [`--kubeconfig=${files.serversKubeconfig}`, ...alone], log: files.log(name) }
}

// Nobody scrapes them, and their usual ports would collide with the next lab's.
const alone = ['--leader-elect=false', '--secure-port=0']

export const tls = ({ ca, certificate, key }: Caller) => ({ ca, cert: certificate, key })

function kubeconfig(it: Description, caller: Caller) {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  const cluster = { server: apiserverUrl(it), 'certificate-authority-data': base64(caller.ca) }
  const user = { 'client-certificate-data': base64(caller.certificate), 'client-key-data': base64(caller.key) }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': it.context,
    clusters: [{ name: it.context, cluster }],
    users: [{ name: it.context, user }],
    contexts: [{ name: it.context, context: { cluster: it.context, user: it.context } }],
  }
}
