import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LabInstallation } from '../support/installation.ts'
import type { ReportedOnly } from './reportedOnly.ts'

const BUCKET = 'lab/spacelift-run-logs'
const QUEUE = 'arn:minio:sqs::stranger:webhook'

/** Who is told what happens in a bucket, and what was told. */
const listener = { told: [] as string[], close: () => undefined as unknown }

export const notification: ReportedOnly = {
  name: 'a webhook that MinIO tells every new object',
  address: 'bucket/spacelift-run-logs',
  field: `notification[${QUEUE}]`,
  async change(site) {
    await site.mc('admin', 'config', 'set', 'lab', 'notify_webhook:stranger', `endpoint=${await listen()}`)
    await restarted(site)
    await site.mc('event', 'add', BUCKET, QUEUE, '--event', 'put')
    // A target that hears nothing would be a story only; just restarted, MinIO may not tell the first object yet.
    await until(async () => {
      await site.mc('cp', site.file, `${BUCKET}/heard`)
      await sleep(300)
      return listener.told.some((body) => body.includes('spacelift-run-logs/heard'))
    })
  },
  async undo(site) {
    await site.mc('event', 'remove', BUCKET, QUEUE, '--event', 'put')
    await site.mc('admin', 'config', 'reset', 'lab', 'notify_webhook:stranger')
    await restarted(site)
    await site.mc('rm', '--versions', '--force', `${BUCKET}/heard`)
    listener.close()
  },
}

export const replication: ReportedOnly = {
  name: 'every object copied to another bucket',
  address: 'bucket/spacelift-run-logs',
  field: 'replication[arn:minio:replication:',
  async change(site) {
    const { MINIO_ENDPOINT = '', MINIO_ACCESS_KEY, MINIO_SECRET_KEY } = site.lab.env
    await site.mc('mb', 'lab/elsewhere')
    await site.mc('version', 'enable', 'lab/elsewhere')
    const target = `https://${MINIO_ACCESS_KEY}:${MINIO_SECRET_KEY}@${new URL(MINIO_ENDPOINT).host}/elsewhere`
    await site.mc('replicate', 'add', BUCKET, '--remote-bucket', target)
    await site.mc('cp', site.file, `${BUCKET}/copied`)
    await until(async () => (await site.mc('ls', 'lab/elsewhere')).includes('copied'))
  },
  async undo(site) {
    await site.mc('replicate', 'rm', BUCKET, '--all', '--force')
    await site.mc('rm', '--versions', '--force', `${BUCKET}/copied`)
    await site.mc('rb', '--force', 'lab/elsewhere')
  },
}

async function listen(): Promise<string> {
  listener.told = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => {
      body += part.toString()
    })
    request.on('end', () => {
      listener.told.push(body)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // It may not keep the acceptance run alive.
  server.unref()
  listener.close = () => server.close()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Targets are read when MinIO starts. */
async function restarted(site: LabInstallation): Promise<void> {
  await site.mc('admin', 'service', 'restart', 'lab', '--wait')
  await until(async () =>
    site.mc('ls', BUCKET).then(
      () => true,
      () => false,
    ),
  )
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return
    await sleep(100)
  }
  throw new Error('it never came to that')
}
