namespace Federated.Core.Jobs.Reading;

/// <summary>A job's text as a tree, before it is known to be a job. Owned by one reading, changed only by overrides.</summary>
/// <param name="line">1-based line of the text; 0 when it comes from an override.</param>
internal abstract class JobNode(int line)
{
    /// <summary>1-based line of the text; 0 when it comes from an override.</summary>
    public int Line { get; } = line;

    /// <summary>What it is, for a message.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value.</summary>
/// <param name="text">Without quotes.</param>
/// <param name="quoted">Whether it was in quotes or a block, which makes it text whatever it looks like.</param>
/// <param name="line">Its line.</param>
internal sealed class ScalarNode(string text, bool quoted, int line) : JobNode(line)
{
    /// <summary>The value without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it was in quotes or a block.</summary>
    public bool Quoted { get; } = quoted;

    /// <summary>Whether it says that there is no value.</summary>
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Kind => IsNull ? "no value" : $"the single value '{JobErrors.Show(Text)}'";

    /// <summary>An override's lack of a value.</summary>
    public static ScalarNode None => new("", quoted: false, 0);
}

/// <summary>A list.</summary>
internal sealed class ListNode(int line) : JobNode(line)
{
    /// <summary>Its entries.</summary>
    public List<JobNode> Entries { get; } = [];

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>Keys and values; no key twice.</summary>
internal sealed class MappingNode(int line) : JobNode(line)
{
    /// <summary>The keys in order.</summary>
    public List<MappingEntry> Entries { get; } = [];

    /// <inheritdoc/>
    public override string Kind => "a mapping of keys";

    /// <summary>The entry of a key; null when it is not there.</summary>
    public MappingEntry? Find(string key) => Entries.Find(entry => entry.Key == key);
}

/// <summary>A key with its value.</summary>
internal sealed class MappingEntry(string key, JobNode value, int line)
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;

    /// <summary>The value.</summary>
    public JobNode Value { get; set; } = value;

    /// <summary>Line of the key; 0 when the value comes from an override.</summary>
    public int Line { get; set; } = line;
}
