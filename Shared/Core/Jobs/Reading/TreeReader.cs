using System.Globalization;
using System.Text;
using Federated.Core.Jobs.Describing;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Federated.Core.Jobs.Reading;

/// <summary>Reads YAML into a tree within bounds, from the parser's events: what is too large, too deep or repeats itself by anchors is refused while it
/// is read, not after it has been expanded.</summary>
internal sealed class TreeReader
{
    private const int MostBytes = 1 << 20, MostDepth = 32, MostNodes = 20_000;

    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly JobErrors _errors;
    private readonly bool _isOverride;
    private int _nodes;

    private TreeReader(string text, JobErrors errors, bool isOverride)
    {
        (_scanner, _errors, _isOverride) = (new Scanner(new StringReader(text), skipComments: true), errors, isOverride);
        _parser = new Parser(_scanner);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="path">Where it belongs: empty for a whole file, the path of an override.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <returns>null when the text could not be read to its end; an empty text is a node without a value.</returns>
    public static JobNode? Read(string text, string path, JobErrors errors)
    {
        var isOverride = path.Length > 0;
        if (text.Length > MostBytes || Encoding.UTF8.GetByteCount(text) > MostBytes)
        {
            errors.Add(path, $"larger than 1 MiB, the most that a {errors.File} may have.", 0);
            return null;
        }
        // YAML allows none of these, and the parser takes NUL for the end of the text.
        if (text.AsSpan().IndexOfAnyInRange('\0', '\b') is var at and >= 0)
        {
            var line = text.AsSpan(0, at).Count('\n') + 1;
            var message = string.Create(CultureInfo.InvariantCulture, $"not valid YAML: control character U+{(int)text[at]:X4}; remove it.");
            errors.Add(path, message, isOverride ? 0 : line);
            return null;
        }
        var reader = new TreeReader(text, errors, isOverride);
        try
        {
            return reader.Document(path);
        }
        catch (YamlException e)
        {
            reader.Broken(path, e.Start, e.Message.TrimEnd('.'));
            return null;
        }
        catch (InvalidOperationException)
        {
            // What YamlDotNet throws when a value inside brackets goes on at the beginning of the next line.
            reader.Broken(path, reader._scanner.CurrentPosition, "a '}' or ']' is missing before here");
            return null;
        }
    }

    private void Broken(string path, Mark at, string why) =>
        _errors.Add(path, $"not valid YAML at column {at.Column}: {JobErrors.Show(why, 200)}.", _isOverride ? 0 : (int)at.Line);

    private JobNode? Document(string path)
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _)) return new ScalarNode("", quoted: false, Line(_parser.Current!));
        _parser.Consume<DocumentStart>();
        if (Node(path, 0) is not { } root) return null;
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<StreamEnd>(out _)) return root;
        _errors.Add(path, $"a second document follows after '---'; a {_errors.File} is one document.", Line(_parser.Current!));
        return null;
    }

    private JobNode? Node(string path, int depth)
    {
        var node = _parser.Consume<ParsingEvent>();
        var line = Line(node);
        if (++_nodes > MostNodes || depth > MostDepth)
        {
            var message = depth > MostDepth ? $"nested deeper than {MostDepth} levels." : $"more than {MostNodes} values, the most that a {_errors.File} may have.";
            _errors.Add(path, message, line);
            return null;
        }
        if (node is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            _errors.Add(path, "a YAML anchor or alias ('&' or '*'); write the value out, or put it in quotes if the character is meant.", line);
            return null;
        }
        if (node is NodeEvent { Tag.IsEmpty: false } tagged)
            _errors.Add(path, $"the YAML tag '{JobErrors.Show(tagged.Tag.ToString())}' has no use here; remove it.", line);
        switch (node)
        {
            case Scalar scalar: return new ScalarNode(scalar.Value, scalar.Style != ScalarStyle.Plain, line);
            case SequenceStart: return List(path, depth, line);
            // A mapping of one key without braces, inside brackets, says no place of its own.
            case MappingStart when depth > 0 && node.Start.Index == 0: return Mapping(path, depth, Line(_parser.Current!));
            case MappingStart: return Mapping(path, depth, line);
            default:
                // The parser lets some slips between brackets pass, and then a key comes without anything that could be its value.
                Broken(path, node.Start, "a value is missing");
                return null;
        }
    }

    private ListNode? List(string path, int depth, int line)
    {
        var list = new ListNode(line);
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            if (Node($"{path}[{list.Entries.Count}]", depth + 1) is not { } entry) return null;
            list.Entries.Add(entry);
        }
        return list;
    }

    private MappingNode? Mapping(string path, int depth, int line)
    {
        var mapping = new MappingNode(line);
        var lines = new Dictionary<string, int>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (Node(path, depth + 1) is not { } key) return null;
            var name = (key as ScalarNode)?.Text;
            if (name is null) _errors.Add(path, $"{key.Kind} stands where a key belongs.", key.Line);
            var at = JobFields.Join(path, JobErrors.Show(name ?? "?"));
            if (Node(at, depth + 1) is not { } value) return null;
            if (name is null) continue;
            if (lines.TryAdd(name, key.Line)) mapping.Entries.Add(new MappingEntry(name, value, key.Line));
            else _errors.Add(at, $"given twice{(_isOverride ? "" : $", first in line {lines[name]}")}; keep one.", key.Line);
        }
        return mapping;
    }

    private int Line(ParsingEvent at) => _isOverride ? 0 : (int)at.Start.Line;
}
