package org.kgcoop.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.ZeroShot;

/** The method that the published code's configurations train, and its learned vectors. */
final class ReferenceMethod {
  private static final Map<String, String> TRAINERS =
      Map.of(
          "CoOp", CoOp.ID,
          "CoCoOp", CoCoOp.ID,
          "KgCoOp", KgCoOp.ID,
          "ProGrad", ProGrad.ID,
          "TCP", Tcp.ID,
          "ZeroshotCLIP", ZeroShot.ID);

  private final ReferenceValues in;
  private final OptionValues out;
  private final List<String> ignored;

  /**
   * @param ignored gets the keys that have no meaning for the method
   */
  ReferenceMethod(ReferenceValues in, OptionValues out, List<String> ignored) {
    this.in = in;
    this.out = out;
    this.ignored = ignored;
  }

  /**
   * Adds the method and its settings to the translation.
   *
   * @param asked the method that the command line asks for; null where it leaves that open
   */
  void translate(@Nullable String asked) {
    String method = asked == null ? trainer() : asked;
    if (method == null) {
      context("TRAINER.COOP.", "", null);
      context("TRAINER.COCOOP.", "cocoop.", CoCoOp.ID);
      setting("TRAINER.COOP.W", "kgcoop.weight");
    } else if (method.equals(CoCoOp.ID)) {
      context("TRAINER.COCOOP.", "", method);
      ignoreAll("TRAINER.COOP.");
    } else if (method.equals(ZeroShot.ID)) {
      ignoreAll("TRAINER.COOP.");
      ignoreAll("TRAINER.COCOOP.");
    } else if (method.equals(Tcp.ID)) { // reads nothing but N_CTX
      setting("TRAINER.COOP.N_CTX", "context_tokens");
      ignoreAll("TRAINER.COOP.C");
      ignoreAll("TRAINER.COOP.W");
      ignoreAll("TRAINER.COCOOP.");
    } else {
      context("TRAINER.COOP.", "", method);
      ignoreAll("TRAINER.COCOOP.");
      if (method.equals(KgCoOp.ID)) {
        setting("TRAINER.COOP.W", "weight");
      } else {
        ignoreAll("TRAINER.COOP.W");
      }
    }
    if (method == null || method.equals(ProGrad.ID)) {
      setting("LOSS.T", "prograd.temperature");
      setting("LOSS.LAMBDA", "prograd.lambda");
    } else {
      ignoreAll("LOSS.");
    }
  }

  private @Nullable String trainer() {
    if (in.has("TRAINER.NAME") && !in.text("TRAINER.NAME").isEmpty()) {
      String id = TRAINERS.get(in.text("TRAINER.NAME"));
      if (id == null) {
        in.error(
            "TRAINER.NAME "
                + in.text("TRAINER.NAME")
                + ": expected one of "
                + String.join(", ", TRAINERS.keySet().stream().sorted().toList()));
      } else {
        out.put("method", id);
      }
      return id;
    }
    if (in.has("LOSS.NAME") && in.text("LOSS.NAME").equals("prograd")) {
      out.put("method", ProGrad.ID);
      return ProGrad.ID;
    }
    return null;
  }

  private void ignoreAll(String prefix) {
    in.keys().stream()
        .filter(key -> key.startsWith(prefix) && !ignored.contains(key))
        .forEach(ignored::add);
  }

  /**
   * The learned vectors.
   *
   * @param prefix of the settings
   * @param method null where several may be meant
   */
  private void context(String section, String prefix, @Nullable String method) {
    String init = section + "CTX_INIT";
    boolean begun = in.has(init) && !isEmpty(in.text(init));
    if (begun && in.is(section + "CSC")) { // the published contexts of words are shared
      ignored.add(section + "CSC beside CTX_INIT");
    } else {
      setting(section + "CSC", prefix + "class_specific");
    }
    String position = section + "CLASS_TOKEN_POSITION";
    setting(position, prefix + "class_position");
    if (in.has(position) && !in.text(position).equals("end")) {
      if (method == null || method.equals(KgCoOp.ID)) { // always at the end there
        ignored.add(position + " of KgCoOp");
        out.settings().put("kgcoop.class_position", "end");
      }
    }
    if (!in.has(init)) {
      setting(section + "N_CTX", prefix + "context_tokens");
      return;
    }
    String words = in.text(init);
    boolean flag = ReferenceValues.isTrue(words);
    if (!begun) {
      out.settings().put(prefix + "words", "");
      out.settings()
          .put(
              prefix + "context_tokens",
              in.has(section + "N_CTX")
                  ? in.text(section + "N_CTX")
                  : "16"); // the published default
    } else if (KgCoOp.ID.equals(method)) { // any value is a flag there
      start(prefix, "a photo of a");
    } else if (!flag) {
      start(prefix, words);
    } else if (ProGrad.ID.equals(method)) {
      // The template's words in front of the class name are ProGrad's default.
      setting(section + "N_CTX", prefix + "context_tokens");
    } else if (method == null) {
      if (in.has(section + "N_CTX") && in.number(section + "N_CTX") != 16) {
        in.error(
            init
                + " True: expected "
                + section
                + "N_CTX 16; else give the words: --set words=\"a photo of a\"");
      }
    } else {
      in.error(
          init
              + " True: for "
              + method
              + " expected the words themselves, such as \"a photo of a\"");
    }
  }

  private static boolean isEmpty(String words) {
    return words.isEmpty() || words.equalsIgnoreCase("false");
  }

  /** A start from words, a vector a word, as the published code does whatever N_CTX says. */
  private void start(String prefix, String words) {
    out.settings().put(prefix + "words", words);
    out.settings()
        .put(prefix + "context_tokens", String.valueOf(words.strip().split("\\s+").length));
  }

  private void setting(String key, String setting) {
    if (in.has(key)) {
      String text = in.text(key);
      boolean logical = text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
      out.settings().put(setting, logical ? text.toLowerCase(Locale.ROOT) : text);
    }
  }
}
