namespace ControlPlane.Sealing;

/// <summary>
/// Text that is personal data or a secret. It is sealed before it is stored and opened only when somebody asks for
/// <see cref="Value"/>; everything that prints objects sees a placeholder.
/// </summary>
public sealed class Personal : IEquatable<Personal>
{
    public const string Erased = "[erased]";
    public const string Quarantined = "[quarantined]";

    private readonly KeyRing? _ring;
    private string? _clear;

    public Personal(string value) => _clear = value;

    private Personal(string sealedForm, KeyRing ring) => (Sealed, _ring) = (sealedForm, ring);

    /// <summary>The words themselves, or <see cref="Erased"/> or <see cref="Quarantined"/> when the key no longer opens.</summary>
    public string Value => _clear ?? Open();

    /// <summary>Whether <see cref="Value"/> gives the words.</summary>
    public bool IsReadable => _clear is not null || Open() is not (Erased or Quarantined);

    /// <summary>The stored form, once there is one; a value read from the store is written back as it was.</summary>
    internal string? Sealed { get; private set; }

    internal static Personal FromStore(string sealedForm, KeyRing ring) => new(sealedForm, ring);

    /// <summary>The same words as a new value, to be sealed for whoever they are stored about next.</summary>
    public Personal Copy() => new(Value);

    internal void SealWith(SubjectKey key) => Sealed = key.Seal(_clear!);

    private string Open()
    {
        var words = _ring!.Open(Sealed!);
        if (words is not (Erased or Quarantined))
        {
            _clear = words;
        }

        return words;
    }

    public bool Equals(Personal? other) => other is not null && Value == other.Value;

    public override bool Equals(object? obj) => Equals(obj as Personal);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => "[personal]";
}
