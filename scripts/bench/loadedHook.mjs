// Preloaded into a Node process: appends the URL of every loaded module to LOADED_FILE, one per line.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load: (url, context, next) => {
    appendFileSync(process.env.LOADED_FILE, `${url}\n`)
    return next(url, context)
  },
})
