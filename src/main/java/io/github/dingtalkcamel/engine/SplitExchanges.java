package io.github.dingtalkcamel.engine;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.impl.engine.PrototypeProcessorExchangeFactory;
import org.apache.camel.processor.Splitter;
import org.apache.camel.spi.ProcessorExchangeFactory;

/**
 * Makes the exchanges of a split. Camel copies the exchange that is split, and copies that copy for each part. The first copy guards the
 * parts against changes of the exchange meanwhile, and nothing changes it while its parts run one after the other: it waits for the last.
 */
final class SplitExchanges extends PrototypeProcessorExchangeFactory {

    SplitExchanges() {
    }

    private SplitExchanges(Processor processor) {
        super(processor);
    }

    @Override
    public ProcessorExchangeFactory newProcessorExchangeFactory(Processor processor) {
        if (!(processor instanceof Splitter)) {
            return super.newProcessorExchangeFactory(processor);
        }
        SplitExchanges its = new SplitExchanges(processor);
        its.setStatisticsEnabled(isStatisticsEnabled());
        its.setCapacity(getCapacity());
        its.setCamelContext(getCamelContext());
        return its;
    }

    @Override
    public Exchange createCopy(Exchange exchange) {
        Splitter splitter = (Splitter) getProcessor();
        // a shared unit of work is noted in the copy, and the message history is removed from it
        return splitter.isParallelProcessing() || splitter.isShareUnitOfWork() || exchange.getContext().isMessageHistory()
                ? super.createCopy(exchange) : exchange;
    }
}
