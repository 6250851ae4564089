import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LabInstallation } from '../../support/installation.ts'
import { until } from '../../support/poll.ts'
import type { UnmanagedChange } from './unmanagedChange.ts'

const BUCKET = 'lab/spacelift-run-logs'
const QUEUE = 'arn:minio:sqs::stranger:webhook'

/** Receives MinIO's notifications. */
const webhook = { bodies: [] as string[], close: () => undefined as unknown }

export const notification: UnmanagedChange = {
  name: 'a webhook that MinIO notifies of every new object',
  address: 'bucket/spacelift-run-logs',
  field: `notification[${QUEUE}]`,
  async change(installation) {
    await installation.mc('admin', 'config', 'set', 'lab', 'notify_webhook:stranger', `endpoint=${await openWebhook()}`)
    await restartMinio(installation)
    await installation.mc('event', 'add', BUCKET, QUEUE, '--event', 'put')
    // The notification has to work, or the test proves nothing. Just restarted, MinIO may not report the first object yet.
    const isNotified = async () => {
      await installation.mc('cp', installation.file, `${BUCKET}/notified`)
      return webhook.bodies.some((body) => body.includes('spacelift-run-logs/notified'))
    }
    await until('MinIO notifies the webhook of an object', isNotified, { everyMs: 300 })
  },
  async undo(installation) {
    await installation.mc('event', 'remove', BUCKET, QUEUE, '--event', 'put')
    await installation.mc('admin', 'config', 'reset', 'lab', 'notify_webhook:stranger')
    await restartMinio(installation)
    await installation.mc('rm', '--versions', '--force', `${BUCKET}/notified`)
    webhook.close()
  },
}

export const replication: UnmanagedChange = {
  name: 'replication of every object to another bucket',
  address: 'bucket/spacelift-run-logs',
  field: 'replication[arn:minio:replication:',
  async change(installation) {
    const { MINIO_ENDPOINT = '', MINIO_ACCESS_KEY, MINIO_SECRET_KEY } = installation.lab.env
    await installation.mc('mb', 'lab/elsewhere')
    await installation.mc('version', 'enable', 'lab/elsewhere')
    const target = `https://${MINIO_ACCESS_KEY}:${MINIO_SECRET_KEY}@${new URL(MINIO_ENDPOINT).host}/elsewhere`
    await installation.mc('replicate', 'add', BUCKET, '--remote-bucket', target)
    await installation.mc('cp', installation.file, `${BUCKET}/copied`)
    await until('the object is replicated', async () => (await installation.mc('ls', 'lab/elsewhere')).includes('copied'))
  },
  async undo(installation) {
    await installation.mc('replicate', 'rm', BUCKET, '--all', '--force')
    await installation.mc('rm', '--versions', '--force', `${BUCKET}/copied`)
    await installation.mc('rb', '--force', 'lab/elsewhere')
  },
}

async function openWebhook(): Promise<string> {
  webhook.bodies = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => {
      body += part.toString()
    })
    request.on('end', () => {
      webhook.bodies.push(body)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A failed test must not keep the process alive.
  server.unref()
  webhook.close = () => server.close()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** MinIO reads its notification targets only when it starts. */
async function restartMinio(installation: LabInstallation): Promise<void> {
  await installation.mc('admin', 'service', 'restart', 'lab', '--wait')
  const isServing = () =>
    installation.mc('ls', BUCKET).then(
      () => true,
      () => false,
    )
  await until('MinIO serves requests again', isServing)
}
