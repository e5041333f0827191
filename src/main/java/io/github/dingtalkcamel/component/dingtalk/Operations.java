package io.github.dingtalkcamel.component.dingtalk;
import io.github.dingtalkcamel.component.api.DingTalkApp;

/** Makes the operation of an endpoint. */
final class Operations {

    private Operations() {
    }

    /** For the app of the endpoint, or for that of each exchange's message. */
    static Operation of(DingTalkEndpoint endpoint) {
        return endpoint.isForEachMessagesApp() ? new OfMessagesApp(endpoint) : of(endpoint, endpoint.app());
    }

    static Operation of(DingTalkEndpoint endpoint, DingTalkApp app) {
        DingTalkConfiguration options = endpoint.getConfiguration();
        DingTalkComponent component = endpoint.getComponent();
        Api api = new Api(app, options.getTimeout(), component);
        return switch (endpoint.getKind()) {
            case send -> new SendOperation(api, options);
            case reply -> new ReplyOperation(api, options);
            case robot -> new RobotOperation(api, options);
            case card -> new CardOperation(api, options);
            case recall -> new RecallOperation(api, options);
            case upload -> new UploadOperation(api, options);
            case download -> new DownloadOperation(api, options);
            case users -> new UsersOperation(api, options);
            case api -> new ApiOperation(api, options);
            default -> throw new IllegalArgumentException("dingtalk:" + endpoint.getKind() + " is no producer");
        };
    }
}
