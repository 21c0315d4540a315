// The three requests of the guide of December 2022, sent as it sent them, with axios; then the pages.
const axios = require('axios');
const bodies = require('./guide_requests.json');

const API_URL = `${process.env.TWELVELABS_BASE_URL}/v1.1`;
const CLASSIFY_BULK_URL = `${API_URL}/classify/bulk`;
const headers = { 'x-api-key': process.env.KEY };

const told = (response) => ({ status: response.status, type: response.headers['content-type'], body: response.data });

async function failing(body, config) {
  try {
    return told(await axios.post(CLASSIFY_BULK_URL, body, config));
  } catch (error) {
    return told(error.response);
  }
}

async function pagesAfter(first, key) {
  const found = [];
  let body = first;
  while (body.page_info[key]) {
    body = (await axios.get(`${API_URL}/classify/${body.page_info[key]}`, { headers })).data;
    found.push(body.data.map((video) => video.video_id));
  }
  return found;
}

async function main() {
  const answers = [];
  for (const body of bodies) {
    answers.push(told(await axios({ method: 'post', url: CLASSIFY_BULK_URL, headers, data: body })));
  }
  const paged = (await axios.post(CLASSIFY_BULK_URL, { ...bodies[0], page_limit: 2 }, { headers })).data;
  console.log(JSON.stringify({
    answers,
    paged,
    following: {
      next_token: await pagesAfter(paged, 'next_token'),
      next_page_token: await pagesAfter(paged, 'next_page_token'),
    },
    'no key': await failing(bodies[0], {}),
    bad: await failing({ ...bodies[0], threshold: 'best' }, { headers }),
    'as text': await failing(JSON.stringify(bodies[0]), { headers: { ...headers, 'Content-Type': 'text/plain' } }),
  }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
