// Answers questions about SPF and DMARC, one JSON object a line, with mailauth.
// DNS questions go to the server that is the only argument. Records are shown
// as they stand; strict is mailauth's mode that follows the RFCs to the letter.
'use strict';

const readline = require('node:readline');
const { Resolver } = require('node:dns').promises;
const { spf } = require('mailauth/lib/spf');
const { dmarc } = require('mailauth/lib/dmarc');

const server = process.argv[2];

// A resolver for one question only: some keep what they heard.
function resolver() {
    const one = new Resolver({ timeout: 5000, tries: 2 });
    one.setServers([server]);
    return (name, type) => one.resolve(name, type);
}

async function answer(q) {
    if (q.ip) {
        const r = await spf({ sender: q.from, ip: q.ip, helo: q.helo, mta: 'mx.invalid', resolver: resolver(), strict: true });
        return { result: r.status.result };
    }
    const r = await dmarc({
        headerFrom: [q.from],
        spfDomains: q.spf ? [{ domain: q.spf }] : [],
        dkimDomains: (q.dkim || []).map(domain => ({ domain })),
        resolver: resolver()
    });
    if (!r) {
        return { result: '' };
    }
    return {
        result: r.status.result,
        policy: r.policy || '',
        org: r.domain || '',
        spf: !!r.alignment?.spf?.result,
        dkim: !!r.alignment?.dkim?.result
    };
}

(async () => {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        let out;
        try {
            out = await answer(JSON.parse(line));
        } catch (err) {
            out = { error: String(err) };
        }
        process.stdout.write(JSON.stringify(out) + '\n');
    }
})();
