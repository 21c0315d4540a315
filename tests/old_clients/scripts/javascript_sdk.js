// A program of 2024 for the JavaScript SDK 0.2: its own calls, its own way of paging, its own error classes.
// Prints what it got as JSON. TWELVELABS_BASE_URL says whom to ask; KEY is the key.
const twelvelabs = require('twelvelabs-js');
const { TwelveLabs } = twelvelabs;

const INDEX = '639961aace36463e0199c8b0';
const VIDEOS = ['63996203ce36463e0199c8c2', '63996232ce36463e0199c8c3', '63a09373ce36463e0199c8de'];
const CLASSES = [
  { name: 'Cars', prompts: ['Cars', 'SUV'] },
  { name: 'Dancing', prompts: ['dancing'] },
];
const THRESHOLD = { minVideoScore: 1, minDurationRatio: 0.01 };
const ERRORS = ['BadRequestError', 'UnauthorizedError', 'ForbiddenError', 'NotFoundError', 'TooManyRequestsError',
  'InternalServerError'];

async function failing(call) {
  try {
    await call();
  } catch (error) {
    const caughtAs = ERRORS.find((name) => error instanceof twelvelabs[name]);
    return { caught_as: caughtAs, status: error.status, message: error.message, body: error.response ?? error.body };
  }
  return null;
}

async function main() {
  const client = new TwelveLabs({ apiKey: process.env.KEY });
  const asked = { options: ['visual'], classes: CLASSES };
  const everything = await client.classify.videos({
    videoIds: VIDEOS, options: ['visual', 'conversation'], classes: CLASSES, conversationOption: 'exact_match',
    includeClips: true, showDetailedScore: true, threshold: THRESHOLD,
  });
  const plain = await client.classify.videos({ videoIds: VIDEOS, ...asked });
  const first = await client.classify.index({ indexId: INDEX, ...asked, threshold: THRESHOLD, pageLimit: 2 });
  const firstData = first.data;
  const firstInfo = first.pageInfo;
  const second = await client.classify.byPageToken(firstInfo.nextPageToken);
  const following = [];
  for (let page = await first.next(); page !== null; page = await first.next()) {
    following.push(page.map((video) => video.videoId));
  }
  const old = new TwelveLabs({ apiKey: process.env.KEY, version: 'v1.1' });
  const wrong = new TwelveLabs({ apiKey: 'tlk_wrong' });
  console.log(JSON.stringify({
    everything: everything.data,
    plain: plain.data,
    first: { data: firstData, info: firstInfo },
    second: second.data.map((video) => video.videoId),
    following,
    after_the_last: await first.next(),
    under_1_1: (await old.classify.videos({ videoIds: VIDEOS, ...asked })).data,
    errors: {
      threshold: await failing(() => client.classify.videos(
        { videoIds: VIDEOS, ...asked, threshold: { minVideoScore: 500 } })),
      video: await failing(() => client.classify.videos({ videoIds: ['no-such-video'], ...asked })),
      token: await failing(() => client.classify.byPageToken('no-such-token')),
      wrong_key: await failing(() => wrong.classify.videos({ videoIds: VIDEOS, ...asked })),
      elsewhere: await failing(() => client.index.retrieve('no-such-index')),
    },
  }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
