import javax.jms.Connection;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;

/**
 * An ActiveMQ broker in memory that is seen by JMX, and so by the Jolokia agent of this process. Each argument is a queue
 * and how many messages are in it: `jobs=3`. The agent itself may be told to let nobody change anything.
 */
public class EmbeddedBroker {
  public static void main(String[] arguments) throws Exception {
    BrokerService broker = new BrokerService();
    broker.setBrokerName("localhost");
    broker.setPersistent(false);
    broker.setUseJmx(true);
    broker.getManagementContext().setCreateConnector(false);
    broker.start();
    broker.waitUntilStarted();
    for (String argument : arguments) {
      int end = argument.lastIndexOf('=');
      fill(broker, argument.substring(0, end), Integer.parseInt(argument.substring(end + 1)));
    }
    broker.waitUntilStopped();
  }

  private static void fill(BrokerService broker, String queue, int messages) throws Exception {
    broker.getAdminView().addQueue(queue);
    Connection connection = new ActiveMQConnectionFactory("vm://localhost?create=false").createConnection();
    try {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageProducer producer = session.createProducer(session.createQueue(queue));
      for (int sent = 0; sent < messages; sent++) producer.send(session.createTextMessage("job"));
    } finally {
      connection.close();
    }
  }
}
