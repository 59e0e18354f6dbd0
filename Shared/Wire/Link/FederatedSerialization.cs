using System.Text;

namespace Federated.Wire.Link;

/// <summary>Akka configuration of everything that crosses nodes.</summary>
public static class FederatedSerialization
{
    /// <summary>HOCON for every node, to be put in front of the defaults: binds the messages of link.proto to <see cref="LinkSerializer"/>, and
    /// replaces Akka's reflection serializer, so that it neither writes objects nor reads what a peer sends. Akka's own messages keep their
    /// serializers.</summary>
    public static string Hocon { get; } = Build();

    private static string Build()
    {
        var hocon = new StringBuilder();
        hocon.Append("akka.actor.serializers.federated-link = \"").Append(Name(typeof(LinkSerializer))).Append("\"\n");
        // A peer chooses the serializer by its number, so unbinding "json" would not do: its number must not lead to it.
        hocon.Append("akka.actor.serializers.json = \"").Append(Name(typeof(RefusingSerializer))).Append("\"\n");
        hocon.Append("akka.actor.serialization-bindings {\n");
        hocon.Append("  \"System.Object\" = json\n");
        foreach (var message in LinkSerializer.Messages) hocon.Append("  \"").Append(Name(message.ClrType)).Append("\" = federated-link\n");
        return hocon.Append("}\n").ToString();
    }

    private static string Name(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
