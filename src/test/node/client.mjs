// DingTalk's official Node client as people use it; only its requests are sent to the simulator, because it has no setting for that.
import axios from 'axios';
import { DWClient, EventAck } from 'dingtalk-stream';

const { SIMULATOR_URL, CLIENT_ID, CLIENT_SECRET } = process.env;

axios.interceptors.request.use(request => {
  request.url = request.url.replace(/^https:\/\/o?api\.dingtalk\.com/, SIMULATOR_URL);
  request.proxy = false;
  return request;
});

const say = (what, value) => console.log(JSON.stringify({ what, value }));

const client = new DWClient({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
client
  .registerCallbackListener('/v1.0/im/bot/messages/get', push => {
    say('message', JSON.parse(push.data));
    client.socketCallBackResponse(push.headers.messageId, { success: true });
  })
  .registerCallbackListener('/v1.0/card/instances/callback', push => {
    const click = JSON.parse(push.data);
    client.socketCallBackResponse(push.headers.messageId, { cardData: { cardParamMap: { pressed: click.outTrackId } } });
  })
  .registerAllEventListener(push => {
    say('event', { type: push.headers.eventType, data: JSON.parse(push.data) });
    return push.headers.eventType === 'later'
      ? { status: EventAck.LATER, message: 'busy' }
      : { status: EventAck.SUCCESS, message: 'ok' };
  });

say('token', await client.getAccessToken());
await client.connect();
