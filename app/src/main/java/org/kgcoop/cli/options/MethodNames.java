package org.kgcoop.cli.options;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Iterator;
import java.util.List;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.catalogue.MethodCatalogue;

/** The names of all methods, for help texts. */
public final class MethodNames implements Iterable<String> {
  /** The five methods of the published table. */
  public static final String TABLE =
      ZeroShot.ID + "," + CoOp.ID + "," + ProGrad.ID + "," + CoCoOp.ID + "," + KgCoOp.ID;

  @Override
  public Iterator<String> iterator() {
    return MethodCatalogue.ids().iterator();
  }

  /** The names of the methods that are trained by gradient descent. */
  public static final class Trained implements Iterable<String> {
    static List<String> all() {
      return MethodCatalogue.ids().stream()
          .filter(
              id ->
                  MethodCatalogue.parse(JsonNodeFactory.instance.objectNode().put("method", id))
                      .trained()
                      .isPresent())
          .toList();
    }

    @Override
    public Iterator<String> iterator() {
      return all().iterator();
    }
  }
}
