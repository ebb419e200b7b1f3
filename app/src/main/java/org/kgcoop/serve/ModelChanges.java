package org.kgcoop.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.model.ModelRegistry;

/** Models that come and go by request. Whoever may do this has brought the server's token. */
final class ModelChanges {
  private static final int MOST_MODELS = 100;
  private static final int MOST_CLASSES = 10_000;
  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}");

  private final Clip clip;
  private final ModelRegistry models;
  private final ServerSettings settings;

  ModelChanges(Clip clip, ModelRegistry models, ServerSettings settings) {
    this.clip = clip;
    this.models = models;
    this.settings = settings;
  }

  void addTo(RoutesConfig routes) {
    routes.put("/v1/models/{model}", this::put);
    routes.delete("/v1/models/{model}", this::remove);
  }

  private void checkAllowed() {
    if (settings.token() == null) {
      throw new RefusedRequestException(
          403, "models change by request only where the server was started with --token-file");
    }
  }

  private void put(Context request) {
    checkAllowed();
    String name = request.pathParam("model");
    if (!NAME.matcher(name).matches()) {
      throw new RefusedRequestException(
          400,
          "the model's name: expected 1 to 100 letters, digits, '.', '_' and '-', and neither '.' nor"
              + " '..'");
    }
    byte[] file = request.bodyAsBytes();
    ObjectNode described;
    synchronized (this) { // one is read at a time: its texts take all cores, and memory
      boolean isNew = !models.all().containsKey(name);
      if (isNew && models.all().size() >= MOST_MODELS) {
        throw new RefusedRequestException(409, "there are " + MOST_MODELS + " models already");
      }
      Classifier classifier = classifier(file);
      described = Endpoints.described(name, classifier);
      models.putAll(Map.of(name, classifier));
      int unused = request.status(isNew ? 201 : 200).statusCode();
    }
    request.json(described);
  }

  /** Whatever is wrong with a file that came with the request is the sender's. */
  private Classifier classifier(byte[] file) {
    try {
      ClassifierFile sent = ClassifierFile.read(file);
      List<String> classNames = sent.classNames();
      if (classNames.size() > MOST_CLASSES) {
        throw new RefusedRequestException(
            400, "the classifier has " + classNames.size() + " classes; at most " + MOST_CLASSES);
      }
      return Classifier.of(sent, clip, classNames);
    } catch (KgCoopException e) {
      throw new RefusedRequestException(400, String.valueOf(e.getMessage()));
    } catch (RefusedRequestException e) {
      throw e;
    } catch (RuntimeException e) { // a sealed file may say anything, and nobody has thought of all
      throw new RefusedRequestException(
          400, "a damaged classifier file; expected a classifier.safetensors as it was written");
    }
  }

  private void remove(Context request) {
    checkAllowed();
    models.remove(request.pathParam("model"));
    int unused = request.status(204).statusCode();
  }
}
