package org.kgcoop.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Map;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.data.Templates;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

/**
 * The epochs of TCP. After all files and pairs, its published {@code train.py} sets 25 epochs on
 * two data sets.
 */
final class TcpEpochs {
  static final String KEY = "OPTIM.MAX_EPOCH";

  private TcpEpochs() {}

  /**
   * Returns true if the published epochs of the data set override the configuration. This is the
   * case for those two data sets. If no data set is named, it is the case if the configuration
   * contains the published epochs of the others.
   *
   * @param asked the methods of the command line
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

  /** Returns the published epochs on a data set. */
  private static int epochs(String dataSet) {
    TrainedMethod tcp = MethodRegistry.parsePrompt(SettingValues.of(Declaration.METHOD, Tcp.ID));
    return PublishedDefaults.BASE_TO_NEW
        .training(tcp, new TaskContext(dataSet, Templates.DEFAULT, 0, 0))
        .epochs();
  }
}
