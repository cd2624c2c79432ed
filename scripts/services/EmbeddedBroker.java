import org.apache.activemq.broker.BrokerService;

/** An ActiveMQ broker in memory that is seen by JMX, and so by the Jolokia agent of this process. */
public class EmbeddedBroker {
  public static void main(String[] arguments) throws Exception {
    BrokerService broker = new BrokerService();
    broker.setBrokerName("localhost");
    broker.setPersistent(false);
    broker.setUseJmx(true);
    broker.getManagementContext().setCreateConnector(false);
    broker.start();
    broker.waitUntilStopped();
  }
}
