package org.kgcoop.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Map;
import org.kgcoop.data.Templates;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.catalogue.MethodCatalogue;
import org.kgcoop.method.catalogue.PublishedDefaults;
import org.kgcoop.method.setting.Declaration;

/**
 * The epochs of TCP, whose published {@code train.py} sets 25 of them on two data sets after it has
 * read all files and pairs.
 */
final class TcpEpochs {
  static final String KEY = "OPTIM.MAX_EPOCH";

  private TcpEpochs() {}

  /**
   * True where the published epochs of the data set hold whatever a configuration says: on those
   * two, and, as long as the data set is not named, where it says what is published for the others.
   *
   * @param asked the methods that the command line asks for
   */
  static boolean areOfDataSet(Map<String, JsonNode> values, List<String> asked) {
    boolean isTcp =
        values.containsKey("TRAINER.NAME")
            ? values.get("TRAINER.NAME").asText().equals("TCP")
            : asked.equals(List.of(Tcp.ID));
    if (!isTcp || !values.containsKey(KEY)) {
      return false;
    }
    String name = values.getOrDefault("DATASET.NAME", MissingNode.getInstance()).asText();
    return name.isEmpty()
        ? values.get(KEY).asInt() == epochs("")
        : PublishedDataSets.find(name).filter(set -> epochs(set.name()) != epochs("")).isPresent();
  }

  /** The published epochs on a data set. */
  private static int epochs(String dataSet) {
    TrainedMethod tcp =
        MethodCatalogue.parsePrompt(
            JsonNodeFactory.instance.objectNode().put(Declaration.METHOD, Tcp.ID));
    return PublishedDefaults.BASE_TO_NEW
        .training(tcp, new TaskContext(dataSet, Templates.DEFAULT, 0, 0))
        .epochs();
  }
}
