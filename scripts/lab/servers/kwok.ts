import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Description } from '../description.ts'
import { httpsRequest } from '../httpsRequest.ts'
import { layout } from '../layout.ts'
import { binary, stagesDir } from '../paths.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'
import { apiserverUrl, type Caller, tls } from './kubernetes.ts'

const nodeName = 'lab'
const stageFiles = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
]

/** kwok replaces the kubelet: it sets the node and its pods Ready and runs no container. */
export function kwok(description: Description, caller: Caller): ServerSpec {
  const files = layout(description.dir)
  const args = [
    `--kubeconfig=${files.serversKubeconfig}`,
    `--config=${files.stages}`,
    '--manage-all-nodes=true',
    '--cidr=10.1.0.0/16',
    '--node-ip=10.1.0.1',
    '--node-lease-duration-seconds=40',
  ]
  return { name: 'kwok', command: binary('kwok'), args, log: files.log('kwok'), prepare: () => dropLease(description, caller) }
}

// A killed kwok holds the node's Lease for up to 40 s, and its successor would do nothing until then.
async function dropLease(description: Description, caller: Caller): Promise<void> {
  const url = `${apiserverUrl(description)}/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${nodeName}`
  await httpsRequest({ url, method: 'DELETE', ...tls(caller) })
}

/** Writes kwok's stages, which it reads when it starts; new pods become ready after the given seconds. */
export async function writeStages(description: Description, podReadySeconds: number): Promise<void> {
  const texts = await Promise.all(stageFiles.map((file) => readFile(join(stagesDir(), file), 'utf8')))
  const stages = texts.map((text) => parse(text) as { metadata: { name: string }; spec: object })
  const delay = { durationMilliseconds: podReadySeconds * 1000 }
  for (const stage of stages) if (stage.metadata.name === 'pod-ready') Object.assign(stage.spec, { delay })
  await writePrivate(layout(description.dir).stages, stages.map((stage) => stringify(stage)).join('---\n'))
}

/** Registers the one fake node. */
export async function createNode(description: Description, caller: Caller): Promise<void> {
  const metadata = {
    name: nodeName,
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
    labels: { 'kubernetes.io/hostname': nodeName, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
  }
  const body = { apiVersion: 'v1', kind: 'Node', metadata, spec: { providerID: `kwok://${nodeName}` } }
  const { status, text } = await httpsRequest({ url: `${apiserverUrl(description)}/api/v1/nodes`, method: 'POST', body, ...tls(caller) })
  if (status !== 201) throw new Error(`creating the node: ${status} ${text}`)
}

/** True if a pod can be created and scheduled: Ready is not enough while the node has the taint of a new node. */
export async function canRunPods(description: Description, caller: Caller): Promise<boolean> {
  const get = (path: string) => httpsRequest({ url: `${apiserverUrl(description)}/api/v1/${path}`, ...tls(caller) })
  const [node, account] = await Promise.all([get(`nodes/${nodeName}`), get('namespaces/default/serviceaccounts/default')])
  if (node.status !== 200 || account.status !== 200) return false
  const { spec, status } = JSON.parse(node.text) as Node
  const isReady = status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  return isReady && (spec.taints ?? []).length === 0
}

type Node = { spec: { taints?: object[] }; status: { conditions?: { type: string; status: string }[] } }
