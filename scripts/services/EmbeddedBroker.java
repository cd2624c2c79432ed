import java.io.File;
import javax.jms.Connection;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.store.SharedFileLocker;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;

/**
 * An ActiveMQ broker that is seen by JMX, and so by the Jolokia agent of this process. Each argument is a queue and how
 * many messages are in it: `jobs=3`. The agent itself may be told to let nobody change anything. The messages are in
 * memory, or in the folder of the property `store`. Of several brokers with the same folder, the one that holds its lock
 * is active, and the others wait for the lock before they start.
 */
public class EmbeddedBroker {
  public static void main(String[] arguments) throws Exception {
    BrokerService broker = new BrokerService();
    broker.setBrokerName("localhost");
    String store = System.getProperty("store");
    broker.setPersistent(store != null);
    if (store != null) broker.setPersistenceAdapter(storeIn(new File(store)));
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

  private static KahaDBPersistenceAdapter storeIn(File folder) throws Exception {
    KahaDBPersistenceAdapter store = new KahaDBPersistenceAdapter();
    store.setDirectory(folder);
    SharedFileLocker locker = new SharedFileLocker();
    locker.setLockAcquireSleepInterval(200);
    store.setLocker(locker);
    return store;
  }

  /** Does nothing for a queue that the active broker before this one has filled. */
  private static void fill(BrokerService broker, String queue, int messages) throws Exception {
    if (broker.getDestination(new ActiveMQQueue(queue)).getDestinationStatistics().getMessages().getCount() > 0) return;
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
