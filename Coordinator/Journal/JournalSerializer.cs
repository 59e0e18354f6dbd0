using System.Collections.Frozen;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Journal;

/// <summary>Serializes what the journal and its snapshots keep: the manifest is the message's protobuf name, the bytes are its protobuf form. Thread-safe.</summary>
public sealed class JournalSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The number under which rows name this serializer. Part of the stored format: never changed, never given to another.</summary>
    public const int Id = 5603;

    /// <summary>The newest version of entries that this build reads, and the one that it writes.</summary>
    public const uint Version = 1;

    private static readonly FrozenDictionary<string, MessageParser> Parsers = new[]
    {
        RunEntry.Descriptor, RunSnapshot.Descriptor, CatalogEntry.Descriptor, CatalogSnapshot.Descriptor,
    }.ToFrozenDictionary(message => message.FullName, message => message.Parser, StringComparer.Ordinal);

    /// <summary>HOCON that binds the messages to this serializer.</summary>
    public static string Hocon { get; } = $$"""
        akka.actor.serializers.federated-journal = "{{typeof(JournalSerializer).FullName}}, {{typeof(JournalSerializer).Assembly.GetName().Name}}"
        akka.actor.serialization-bindings {
        {{string.Concat(Parsers.Values.Select(parser => $"  \"Federated.V1.{NameOf(parser)}, Federated.Protos\" = federated-journal\n"))}}}
        """;

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <inheritdoc/>
    public override string Manifest(object o) => ((IMessage)o).Descriptor.FullName;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => ((IMessage)obj).ToByteArray();

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The row is damaged, or a newer version wrote it.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!Parsers.TryGetValue(manifest, out var parser)) throw new SerializationException($"The journal has an entry of a kind that this version does not know ({manifest}).");
        var message = Parse(bytes, manifest, parser);
        var version = message switch
        {
            RunEntry entry => entry.Version,
            RunSnapshot snapshot => snapshot.Version,
            CatalogEntry entry => entry.Version,
            CatalogSnapshot snapshot => snapshot.Version,
            _ => 0u,
        };
        return version is > 0 and <= Version
            ? message
            : throw new SerializationException($"The journal has an entry of format version {version}; this version reads 1 to {Version}.");
    }

    private static IMessage Parse(byte[] bytes, string manifest, MessageParser parser)
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"The journal has {bytes.Length} bytes that are not a {manifest}: the entry is damaged.", e);
        }
    }

    private static string NameOf(MessageParser parser) => parser.GetType().GenericTypeArguments[0].Name;
}
