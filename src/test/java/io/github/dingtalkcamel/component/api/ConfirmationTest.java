package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which answers confirm what was asked, field by field, of each API of docs/protocol.md 1.1, 6 and 6.7. */
class ConfirmationTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POST | session webhook                          | {"errcode":0,"errmsg":"ok"}
            POST | custom robot                             | {"errcode":"0","errmsg":"ok"}
            POST | /v1.0/oauth2/accessToken                 | {"expireIn":7200,"accessToken":"t"}
            POST | /v1.0/robot/oToMessages/batchSend        | {"processQueryKey":"k"}
            POST | /v1.0/robot/oToMessages/batchSend        | {"invalidStaffIdList":["a"]}
            POST | /v1.0/robot/oToMessages/batchSend        | {"flowControlledStaffIdList":["a"]}
            POST | /v1.0/robot/groupMessages/send           | {"processQueryKey":"k"}
            POST | /v1.0/robot/otoMessages/batchRecall      | {"successResult":["one","two"],"failedResult":{}}
            POST | /v1.0/robot/otoMessages/batchRecall      | {"successResult":["one"],"failedResult":{"two":"reason"}}
            POST | /v1.0/robot/groupMessages/recall         | {"successResult":["two","one"]}
            POST | /v1.0/card/instances/createAndDeliver    | {"success":true,"result":{"deliverResults":[{"success":true}]}}
            POST | /v1.0/card/instances/createAndDeliver    | {"success":true,"result":{"deliverResults":[{"success":false,"errorMsg":"x"}]}}
            POST | /v1.0/card/instances/createAndDeliver    | {"success":false}
            POST | /v1.0/card/instances/deliver             | {"success":true,"result":[{"success":true}]}
            POST | /v1.0/card/instances                     | {"success":true,"result":"ot"}
            PUT  | /v1.0/card/instances                     | {"success":"true"}
            PUT  | /v1.0/card/streaming                     | {"success":true,"result":true}
            POST | /v1.0/robot/messageFiles/download        | {"downloadUrl":"http://x"}
            POST | /media/upload                            | {"errcode":0,"media_id":"@m"}
            POST | /topapi/v2/user/list                     | {"errcode":0,"result":{"has_more":false}}
            POST | /topapi/v2/department/listsub            | {"errcode":0,"result":[]}
            POST | /topapi/user/getbyunionid                | {"errcode":0,"result":{"userid":"a"}}
            POST | /v1.0/robot/emotion/reply                | {}
            POST | /v2.0/users/own/call                     | {"anything":1}
            """)
    void takesWhatDingTalkConfirms(String method, String name, String answer) throws Exception {
        assertThat(Confirmation.missing(request(method, name), JSON.readTree(answer))).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POST | session webhook                          | {}                                                                    | errcode 0
            POST | session webhook                          | {"ok":true}                                                           | errcode 0
            POST | session webhook                          | {"code":"0"}                                                          | errcode 0
            POST | session webhook                          | {"errcode":null}                                                      | errcode 0
            POST | custom robot                             | {"ok":true}                                                           | errcode 0
            POST | custom robot                             | {"errcode":false}                                                     | errcode 0
            POST | /v1.0/oauth2/accessToken                 | {"accessToken":"t"}                                                   | accessToken and expireIn
            POST | /v1.0/oauth2/accessToken                 | {"accessToken":"","expireIn":7200}                                    | accessToken and expireIn
            POST | /v1.0/oauth2/accessToken                 | {"accessToken":{"a":1},"expireIn":7200}                               | accessToken and expireIn
            POST | /v1.0/robot/oToMessages/batchSend        | {}                                                                    | processQueryKey
            POST | /v1.0/robot/oToMessages/batchSend        | {"processQueryKey":" ","invalidStaffIdList":[]}                       | processQueryKey
            POST | /v1.0/robot/oToMessages/batchSend        | {"processQueryKey":null}                                              | processQueryKey
            POST | /v1.0/robot/groupMessages/send           | {"ok":true}                                                           | processQueryKey
            POST | /v1.0/robot/groupMessages/send           | {"processQueryKey":["k"]}                                             | processQueryKey
            POST | /v1.0/robot/otoMessages/batchRecall      | {}                                                                    | successResult
            POST | /v1.0/robot/otoMessages/batchRecall      | {"successResult":[]}                                                  | successResult
            POST | /v1.0/robot/otoMessages/batchRecall      | {"successResult":["one"],"failedResult":{}}                           | successResult
            POST | /v1.0/robot/groupMessages/recall         | {"successResult":["other","one"]}                                     | successResult
            POST | /v1.0/card/instances/createAndDeliver    | {}                                                                    | success
            POST | /v1.0/card/instances/createAndDeliver    | {"success":true}                                                      | success
            POST | /v1.0/card/instances/createAndDeliver    | {"success":true,"result":{"deliverResults":[]}}                       | success
            POST | /v1.0/card/instances/createAndDeliver    | {"success":true,"result":{"deliverResults":[{"spaceId":"x"}]}}        | success
            POST | /v1.0/card/instances/createAndDeliver    | {"result":{"deliverResults":[{"success":true}]}}                      | success
            POST | /v1.0/card/instances/deliver             | {"success":true,"result":[]}                                          | success
            POST | /v1.0/card/instances                     | {"result":"ot"}                                                       | success
            PUT  | /v1.0/card/instances                     | {"ok":true}                                                           | success
            PUT  | /v1.0/card/streaming                     | {"result":true}                                                       | success
            POST | /v1.0/robot/messageFiles/download        | {"downloadUrl":""}                                                    | downloadUrl
            POST | /media/upload                            | {"errcode":0}                                                         | media_id
            POST | /media/upload                            | {"media_id":"@m"}                                                     | errcode 0
            POST | /topapi/v2/user/list                     | {"errcode":0}                                                         | result
            POST | /topapi/v2/user/list                     | {"result":{"list":[]}}                                                | errcode 0
            POST | /topapi/v2/department/listsub            | {"errcode":0,"result":{}}                                             | result
            POST | /topapi/user/getbyunionid                | {"result":{"userid":"a"}}                                             | errcode 0
            """)
    void namesWhatAnAnswerLacks(String method, String name, String answer, String missing) throws Exception {
        assertThat(Confirmation.missing(request(method, name), JSON.readTree(answer))).contains(missing);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POST | session webhook                          | recipient
            POST | custom robot                             | recipient
            POST | /v1.0/robot/groupMessages/send           | recipient
            POST | /v1.0/card/instances/createAndDeliver    | recipient
            POST | /v1.0/robot/otoMessages/batchRecall      | still shown
            POST | /v1.0/robot/groupMessages/recall         | still shown
            POST | /media/upload                            | upload the file again
            POST | /v1.0/oauth2/accessToken                 | dingtalk.api-base-url
            PUT  | /v1.0/card/instances                     | dingtalk.api-base-url
            POST | /topapi/v2/user/list                     | dingtalk.oapi-base-url
            POST | /v1.0/users/own/call                     | Look in DingTalk
            """)
    void hasARemedyThatFitsTheCall(String method, String name, String remedy) {
        for (String body : List.of("{}", "", "surprise")) {
            try {
                ResponseClassifier.of(request(method, name), 200, body.getBytes());
                assertThat(name).as("the one that is not known here").isEqualTo("/v1.0/users/own/call");
            } catch (DingTalkException e) {
                assertThat(e.remedy()).contains(remedy);
                assertThat(e.remedy().contains("Ask the recipient")).isEqualTo(remedy.equals("recipient"));
            }
        }
    }

    private static ApiRequest request(String method, String name) {
        return new ApiRequest(name, "main", URI.create("http://host/x"), Secret.UNSET, Map.of("processQueryKeys", List.of("one", "two")),
                method);
    }
}
