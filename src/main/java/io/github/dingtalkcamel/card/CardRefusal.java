package io.github.dingtalkcamel.card;

import java.util.Set;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.RetryableException;
import io.github.dingtalkcamel.component.api.StoppingException;

/** What it means that DingTalk refused a call for a card, and what an operator can do about it. */
public final class CardRefusal {

    /** So long a call for a card is tried again, then the reply goes out as a message. */
    static final int PATIENCE_SECONDS = 20;

    private static final String EXISTS = "param.cardAlreadyExist";
    private static final Set<String> GONE = Set.of("param.stream.outTrackId", "param.cardNotExist");
    private static final Set<String> TEMPLATE = Set.of("param.templateNotExist", "param.templateUnpublished", "param.cardTemplateIdEmpty");

    private CardRefusal() {
    }

    /** There is no such card: it has expired, or was never made. */
    static boolean isGone(Exception failure) {
        return failure instanceof DingTalkException refusal && GONE.contains(refusal.code());
    }

    /** The card may have been made: the answer was lost, or it was made by a try before. */
    static boolean mayExist(Exception failure) {
        return failure instanceof DingTalkException refusal
               && (refusal.outcome() == DingTalkException.Outcome.UNKNOWN || refusal.code().equals(EXISTS));
    }

    /** The same call can succeed later. */
    static boolean isWorthAnotherTry(Exception failure) {
        return failure instanceof RetryableException || failure instanceof StoppingException;
    }

    /** What to do so that replies are shown in cards. */
    public static String remedy(DingTalkException refusal, String contentKey) {
        if (TEMPLATE.contains(refusal.code())) {
            return "Check dingtalk.streaming-card-template-id: the template must exist, be published, and belong to the app's organisation";
        }
        if (refusal.code().equals("cardNotDelivered")) {
            return "Check that the robot is in the group, and that the group allows cards";
        }
        if (refusal.code().startsWith("param.stream.") || refusal.code().equals("unknownError") || refusal.code().equals("notUpdated")) {
            return "Check that the template is an AI card with the variable " + contentKey
                    + " (dingtalk.streaming-card-content-key), and that the"
                    + " app has the permission Card.Streaming.Write";
        }
        return refusal.remedy();
    }
}
